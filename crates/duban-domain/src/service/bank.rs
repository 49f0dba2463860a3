//! Why a bank returns a payment (退回原因), whichever way it says so: the codes of ISO 20022, or the words in the files that
//! banks here send.

use crate::request::closed_set;

closed_set! {
    /// Why a bank returned a payment (退回原因).
    BankReason {
        /// 户名不符
        OtherName = 1, "BE01", "户名不符：请核对户名，或换本人的另一张卡", "The name is not that of the account: check it, or take another card of the person";
        /// 账号错误
        NoAccount = 2, "AC01", "账号不对：请对着卡再看一遍", "There is no such account: look at the card again";
        /// 已销户
        Closed = 3, "AC04", "账户已销户：请换本人的另一张卡", "The account is closed: take another card of the person";
        /// 账户冻结
        Frozen = 4, "AC06", "账户冻结：请换本人的另一张卡，或等解冻", "The account is blocked: take another card of the person, or wait";
        /// 不收这类款
        Refused = 5, "AG01", "这种账户不收：请换一张储蓄卡", "This kind of account takes no such payment: take a debit card";
        /// 其他
        Other = 6, "NARR", "银行没有说清楚：请问银行", "The bank does not say clearly: ask it";
    }
}

impl BankReason {
    /// Reads a code or the words of a bank; what is not known is [`BankReason::Other`].
    #[must_use]
    pub fn read(said: &str) -> Self {
        let said = said.trim();
        if let Some(known) = Self::from_key(&said.to_uppercase()) {
            return known;
        }
        let has = |words: &[&str]| words.iter().any(|word| said.contains(word));
        if has(&["户名"]) {
            Self::OtherName
        } else if has(&["销户"]) {
            Self::Closed
        } else if has(&["冻结", "止付"]) {
            Self::Frozen
        } else if has(&["账号", "帐号", "账户不存在", "卡号"]) {
            Self::NoAccount
        } else {
            Self::Other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::BankReason;

    #[test]
    fn a_code_and_the_words_of_a_bank_mean_the_same() {
        let read = |said| BankReason::read(said).key();
        assert_eq!(["be01", "户名不符", "收款人户名与账号不符"].map(read), ["BE01"; 3]);
        assert_eq!(["AC04", "已销户"].map(read), ["AC04"; 2]);
        assert_eq!(["账户已冻结", "止付"].map(read), ["AC06"; 2]);
        assert_eq!(["账号不存在", "AC01"].map(read), ["AC01"; 2]);
        assert_eq!(["", "超时", "XX99"].map(read), ["NARR"; 3]);
    }
}
