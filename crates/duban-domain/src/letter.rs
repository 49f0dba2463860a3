//! What becomes of mail to the hotline (来信). Reading a mail is `duban-app`'s.

use crate::request::closed_set;

closed_set! {
    /// What became of a mail (来信去向).
    Fate {
        /// 新诉求
        Request = 1, "request", "新诉求", "A new request";
        /// 补充
        Added = 2, "added", "补充到诉求", "Added to a request";
        /// 退信: a mail server reported on a notice.
        Bounce = 3, "bounce", "退信报告", "A report of a mail server";
        /// 不受理: a machine or a list wrote it.
        Ignored = 4, "ignored", "不受理", "Ignored";
    }
}

/// Whether a mail server says that there is no such mailbox, and will say so tomorrow (永久退信): by the enhanced status
/// code of its report or of its answer (RFC 3463). A mailbox that is full, a mail that is too large or not liked, a sender
/// that is not believed: all of that may be otherwise next time. Words without a code say nothing for sure.
#[must_use]
pub fn is_gone(said: &str) -> bool {
    said.split(|c: char| c.is_whitespace() || "<>()[];,:-".contains(c)).find_map(code).is_some_and(|code| {
        match code {
            (5, 0, 0) | (5, 2, 1) => true,
            (5, 1, detail) => matches!(detail, 0..=3 | 6 | 10),
            _ => false,
        }
    })
}

/// `5.1.1` as numbers.
fn code(word: &str) -> Option<(u8, u16, u16)> {
    let mut parts = word.trim_start_matches('#').split('.');
    let code = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    (parts.next().is_none() && matches!(code.0, 2 | 4 | 5)).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_is_gone_when_its_server_says_so_and_not_when_it_is_full() {
        let gone = [
            "5.1.1",
            "550 5.1.1 <…>: no such user",
            "550-5.1.1 unknown\n550 5.1.1 unknown",
            "smtp; 550 #5.1.0 Address rejected",
            "5.1.2",
            "5.1.10",
            "5.2.1",
            "5.0.0",
        ];
        let not = [
            "",
            "5.2.2",
            "552 5.2.2 <…>: mailbox full",
            "5.3.4",
            "554 5.7.1 spam",
            "5.1.8 sender unknown",
            "4.4.7",
            "450 4.1.1 try later",
            "2.1.5",
            "550 no such user here",
            "connect to 5.1.1.7 failed",
        ];
        for said in gone {
            assert!(is_gone(said), "{said}");
        }
        for said in not {
            assert!(!is_gone(said), "{said}");
        }
    }
}
