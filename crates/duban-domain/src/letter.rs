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
