//! Calls (通话): what a telephone system told about them, and what that makes of them.
//!
//! A telephone system tells things late, twice, or in the wrong order. So a call keeps the earliest
//! instant of each thing it was told; hearing the same again, or in another order, gives the same
//! call. Whose telephone it is, is not here: numbers are sealed by `duban-app`.

use serde::{Deserialize, Serialize};

use crate::{Stamp, request::closed_set};

closed_set! {
    /// Which way a call goes (方向).
    Direction {
        /// 呼入
        In = 1, "in", "呼入", "Incoming";
        /// 呼出
        Out = 2, "out", "呼出", "Outgoing";
    }
}

closed_set! {
    /// What a telephone system tells (话务事件); the keys are the words that travel.
    Signal {
        /// 来电
        NewCall = 1, "newCall", "来电", "New call";
        /// 接起
        Answer = 2, "answer", "接起", "Answered";
        /// 挂断
        Hangup = 3, "hangup", "挂断", "Hung up";
    }
}

closed_set! {
    /// Where a call stands (通话状态).
    CallState {
        /// 振铃
        Ringing = 1, "ringing", "振铃", "Ringing";
        /// 通话中
        Talking = 2, "talking", "通话中", "Talking";
        /// 整理中: hung up, and the operator is still writing.
        WrapUp = 3, "wrap-up", "整理中", "Wrap-up";
        /// 已结束
        Over = 4, "over", "已结束", "Over";
        /// 未接: rang and was never answered.
        Missed = 5, "missed", "未接", "Missed";
    }
}

closed_set! {
    /// What came of calling somebody back whose call was missed (回拨结果).
    TryBack {
        /// 打通了
        Reached = 1, "reached", "打通了", "Reached";
        /// 没打通
        NoAnswer = 2, "no-answer", "没打通", "No answer";
        /// 空号或打错
        Wrong = 3, "wrong", "空号或打错", "Wrong number";
        /// 不用回: for instance because nothing was wanted.
        Dropped = 4, "dropped", "不用回", "Not needed";
        /// 又打进来了: the same telephone got through later; the program says so.
        CalledAgain = 5, "called-again", "又打进来接通了", "Got through later";
    }
}

/// The instants of a call (通话时刻).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// The first thing heard of it: when it began to ring.
    pub rang_at: Stamp,
    /// When somebody answered.
    pub answered_at: Option<Stamp>,
    /// When it ended.
    pub ended_at: Option<Stamp>,
    /// When the operator had written everything down.
    pub wrapped_at: Option<Stamp>,
}

impl Times {
    /// A call of which one thing was heard.
    #[must_use]
    pub fn begin(signal: Signal, at: Stamp) -> Self {
        let mut times = Self { rang_at: at, answered_at: None, ended_at: None, wrapped_at: None };
        times.hear(signal, at);
        times
    }

    /// Hears one more thing. The order does not matter, and neither does hearing it again.
    pub fn hear(&mut self, signal: Signal, at: Stamp) {
        let earliest = |known: Option<Stamp>| Some(known.map_or(at, |known| known.min(at)));
        self.rang_at = self.rang_at.min(at);
        match signal {
            Signal::NewCall => {}
            Signal::Answer => self.answered_at = earliest(self.answered_at),
            Signal::Hangup => self.ended_at = earliest(self.ended_at),
        }
    }

    /// Where the call stands. Without an operator of ours there is nothing to wrap up.
    #[must_use]
    pub fn state(&self, direction: Direction, has_agent: bool) -> CallState {
        match (self.answered_at, self.ended_at) {
            (None, None) => CallState::Ringing,
            (Some(_), None) => CallState::Talking,
            (Some(_), Some(_)) if has_agent && self.wrapped_at.is_none() => CallState::WrapUp,
            (None, Some(_)) if direction == Direction::In => CallState::Missed,
            (_, Some(_)) => CallState::Over,
        }
    }

    /// How long it rang: until it was answered or given up.
    #[must_use]
    pub fn wait_ms(&self, now: Stamp) -> i64 {
        let end = self.answered_at.or(self.ended_at).unwrap_or(now);
        (end.0 - self.rang_at.0).max(0)
    }

    /// How long people talked. An answer that is told after the hang-up leaves nothing.
    #[must_use]
    pub fn talk_ms(&self, now: Stamp) -> i64 {
        self.answered_at.map_or(0, |from| (self.ended_at.unwrap_or(now).0 - from.0).max(0))
    }

    /// How long was written after the end.
    #[must_use]
    pub fn wrap_ms(&self, now: Stamp) -> i64 {
        let Some(from) = self.answered_at.and(self.ended_at) else { return 0 };
        (self.wrapped_at.unwrap_or(now).0 - from.0).max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(order: &[(Signal, i64)]) -> Times {
        let mut times = Times::begin(order[0].0, Stamp(order[0].1));
        for (signal, at) in order {
            times.hear(*signal, Stamp(*at));
        }
        times
    }

    #[test]
    fn any_order_and_any_repeat_make_the_same_call() {
        let told_once = [(Signal::NewCall, 10), (Signal::Answer, 18), (Signal::Hangup, 90)];
        let right = told(&told_once);
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let mut shuffled: Vec<_> = order.iter().map(|&i: &usize| told_once[i]).collect();
            shuffled.extend(shuffled.clone());
            assert_eq!(told(&shuffled), right, "{order:?}");
        }
        assert_eq!((right.wait_ms(Stamp(99)), right.talk_ms(Stamp(99))), (8, 72));
        assert_eq!(right.state(Direction::In, true), CallState::WrapUp);
        assert_eq!(right.state(Direction::In, false), CallState::Over);
    }

    #[test]
    fn only_an_incoming_call_that_nobody_answered_is_missed() {
        let given_up = told(&[(Signal::NewCall, 10), (Signal::Hangup, 40)]);
        assert_eq!(given_up.state(Direction::In, false), CallState::Missed);
        assert_eq!(given_up.state(Direction::Out, false), CallState::Over);
        assert_eq!((given_up.wait_ms(Stamp(99)), given_up.talk_ms(Stamp(99))), (30, 0));
        let late = told(&[(Signal::Hangup, 40), (Signal::Answer, 50)]);
        assert_eq!((late.state(Direction::In, false), late.talk_ms(Stamp(99))), (CallState::Over, 0));
    }
}
