//! An application at a counter (办件): its steps, and which may follow which. Money moves with the steps: it is
//! reserved when a reviewer agrees, settled when the bank has paid, and released when the bank returns it.

use crate::{
    StaffId,
    ledger::{Fen, Part},
    request::closed_set,
    service::HallRefusal,
};

closed_set! {
    /// Where an application stands (办件环节).
    Stage {
        /// 待复核: taken down and signed.
        Review = 1, "review", "待复核", "To be reviewed";
        /// 待补正: a reviewer sent it back.
        Returned = 2, "returned", "待补正", "To be mended";
        /// 待付款: agreed; the money is reserved.
        Payable = 3, "payable", "待付款", "To be paid";
        /// 银行受理: in a batch that the bank has.
        AtBank = 4, "at-bank", "银行处理中", "With the bank";
        /// 待更正: the bank returned it.
        Failed = 5, "failed", "银行退回，待更正", "Returned by the bank";
        /// 已到账
        Paid = 6, "paid", "已到账", "Paid";
        /// 已办结: where no money moves.
        Done = 7, "done", "已办结", "Done";
        /// 已撤销: before anything was paid.
        Withdrawn = 8, "withdrawn", "已撤销", "Withdrawn";
    }
}

closed_set! {
    /// A step of an application (办件动作).
    Step {
        /// 送复核: taken down, or mended after it came back.
        Submit = 1, "submit", "送复核", "Sent to review";
        /// 复核通过
        Approve = 2, "approve", "复核通过", "Agreed";
        /// 退回补正
        SendBack = 3, "send-back", "退回补正", "Sent back";
        /// 送银行
        Send = 4, "send", "送银行", "Sent to the bank";
        /// 到账
        Settle = 5, "settle", "银行已付", "Paid by the bank";
        /// 银行退回
        Bounce = 6, "bounce", "银行退回", "Returned by the bank";
        /// 撤销
        Withdraw = 7, "withdraw", "撤销", "Withdrawn";
        /// 打印回执
        Print = 8, "print", "打印回执", "Receipt printed";
    }
}

closed_set! {
    /// What the bank said of a payment (付款结果).
    PaymentState {
        /// 等银行回单
        Sent = 1, "sent", "等银行回单", "Waits for the bank";
        /// 已付
        Paid = 2, "paid", "已付", "Paid";
        /// 退回
        Failed = 3, "failed", "退回", "Returned";
    }
}

/// What decides about a step besides the stage (办件情况).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Where it stands.
    pub stage: Stage,
    /// Whether money moves.
    pub refund: bool,
    /// Who took it down last.
    pub operator: StaffId,
}

/// Where a step leads, or why not.
///
/// # Errors
/// When it is not at that step, or the same person would do two things that two should.
pub fn next(on: Standing, step: Step, by: StaffId) -> Result<Stage, HallRefusal> {
    let to = match (on.stage, step) {
        (Stage::Returned | Stage::Failed, Step::Submit) => Stage::Review,
        (Stage::Review, Step::Approve) if on.refund => Stage::Payable,
        (Stage::Review, Step::Approve) => Stage::Done,
        (Stage::Review, Step::SendBack) => Stage::Returned,
        (Stage::Payable, Step::Send) => Stage::AtBank,
        (Stage::AtBank, Step::Settle) => Stage::Paid,
        (Stage::AtBank, Step::Bounce) => Stage::Failed,
        (Stage::Review | Stage::Returned | Stage::Payable | Stage::Failed, Step::Withdraw) => {
            Stage::Withdrawn
        }
        (stage, Step::Print) if stage != Stage::Withdrawn => stage,
        (stage, _) => return Err(HallRefusal::Elsewhere(stage)),
    };
    let reviews = matches!(step, Step::Approve | Step::SendBack);
    if reviews && on.operator == by { Err(HallRefusal::OwnApplication) } else { Ok(to) }
}

/// What is paid, with its parts (应退金额).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// The deposit that is held.
    pub deposit: Fen,
    /// What is left on the card.
    pub balance: Fen,
    /// What is taken off.
    pub fee: Fen,
}

impl Sum {
    /// The sum for what is held; a fee is never more than that.
    #[must_use]
    pub fn of(deposit: Fen, balance: Fen, fee: Fen) -> Self {
        Self { deposit, balance, fee: fee.min(Fen(deposit.0 + balance.0)) }
    }

    /// What the person gets.
    #[must_use]
    pub fn payable(self) -> Fen {
        Fen(self.deposit.0 + self.balance.0 - self.fee.0)
    }

    /// How it is posted: the fee out of the deposit first, the rest to the bank. Nothing of nothing is posted.
    #[must_use]
    pub fn parts(self) -> Vec<(Part, Fen)> {
        let of_deposit = self.fee.min(self.deposit);
        let of_balance = Fen(self.fee.0 - of_deposit.0);
        [
            (Part::DepositFee, of_deposit),
            (Part::BalanceFee, of_balance),
            (Part::DepositOut, Fen(self.deposit.0 - of_deposit.0)),
            (Part::BalanceOut, Fen(self.balance.0 - of_balance.0)),
        ]
        .into_iter()
        .filter(|(_, fen)| fen.0 > 0)
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect_file;

    use super::*;
    use crate::Lang;

    #[test]
    fn which_step_follows_which_is_a_table() {
        let mut table = String::from("办件环节 × 动作（退费事项，不是经办人本人）\n");
        for &stage in Stage::ALL {
            for &step in Step::ALL {
                let on = Standing { stage, refund: true, operator: StaffId(1) };
                if let Ok(to) = next(on, step, StaffId(2)) {
                    table += &format!(
                        "{} + {} → {}\n",
                        stage.word(Lang::Zh),
                        step.word(Lang::Zh),
                        to.word(Lang::Zh)
                    );
                }
            }
        }
        expect_file!["../../snapshots/hall-stage-by-step.txt"].assert_eq(&table);
    }

    #[test]
    fn nobody_reviews_what_they_took_down_and_without_money_agreeing_is_the_end() {
        let on = Standing { stage: Stage::Review, refund: false, operator: StaffId(1) };
        assert_eq!(next(on, Step::Approve, StaffId(1)), Err(HallRefusal::OwnApplication));
        assert_eq!(next(on, Step::SendBack, StaffId(1)), Err(HallRefusal::OwnApplication));
        assert_eq!(next(on, Step::Approve, StaffId(2)), Ok(Stage::Done));
    }

    #[test]
    fn a_fee_is_never_more_than_what_is_held_and_the_parts_are_the_whole() {
        for deposit in [0, 1, 999, 1_000, 20_000] {
            for balance in [0, 1, 350, 1_350] {
                for fee in [0, 1_000] {
                    let sum = Sum::of(Fen(deposit), Fen(balance), Fen(fee));
                    assert!(sum.payable().0 >= 0 && sum.fee.0 <= fee);
                    let of = |wanted: &[Part]| -> i64 {
                        sum.parts()
                            .iter()
                            .filter(|(part, _)| wanted.contains(part))
                            .map(|(_, fen)| fen.0)
                            .sum()
                    };
                    assert_eq!(of(&[Part::DepositOut, Part::BalanceOut]), sum.payable().0);
                    assert_eq!(of(&[Part::DepositFee, Part::BalanceFee]), sum.fee.0);
                    assert_eq!(
                        of(&[Part::DepositFee, Part::DepositOut]),
                        deposit,
                        "nothing of the deposit is left"
                    );
                }
            }
        }
    }
}
