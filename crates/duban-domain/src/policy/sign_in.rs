//! What the record of sign-ins holds (登录记录): a closed set, so that an auditor can count it.

use crate::request::closed_set;

closed_set! {
    /// Something that happened to somebody's way in (登录事件).
    Entry {
        /// 登录
        In = 1, "in", "登录", "Signed in";
        /// 退出
        Out = 2, "out", "退出", "Signed out";
        /// 密码不对
        WrongPassword = 3, "wrong-password", "密码不对", "Wrong password";
        /// 动态码不对
        WrongCode = 4, "wrong-code", "动态码不对", "Wrong code";
        /// 没有这个登录名
        Nobody = 5, "nobody", "没有这个登录名", "No such login";
        /// 错得太多: from this place nothing more is looked at for a while.
        Barred = 6, "barred", "错得太多，暂停受理", "Too many wrong, barred for a while";
        /// 已停用的账号
        Off = 7, "off", "账号已停用", "The account is off";
        /// 用恢复码登录
        Recovered = 8, "recovered", "用了一个恢复码", "A recovery code was used";
        /// 结束会话
        Ended = 9, "ended", "本人结束了别处的登录", "Ended sessions elsewhere";
        /// 改密码
        Password = 10, "password", "本人改了密码", "Changed the password";
        /// 启用第二因素
        SecondOn = 11, "second-on", "启用了动态码", "Second factor on";
        /// 停用第二因素
        SecondOff = 12, "second-off", "停用了动态码", "Second factor off";
        /// 换恢复码
        Codes = 13, "codes", "换了恢复码", "New recovery codes";
        /// 用一次性链接设密码
        Link = 14, "link", "用链接设了密码", "Set a password by a link";
        /// 管理员结束会话
        Thrown = 15, "thrown", "安全管理员结束了登录", "Sessions ended by a security administrator";
        /// 管理员取消第二因素
        Reset = 16, "reset", "安全管理员取消了动态码", "Second factor reset by a security administrator";
        /// 管理员开了链接
        Linked = 17, "linked", "安全管理员开了设密码的链接", "A security administrator made a link for the password";
        /// 重新启用
        On = 18, "on", "安全管理员重新启用了账号", "Switched on again by a security administrator";
        /// 命令设密码
        Command = 19, "command", "管服务器的人用命令设了密码", "A password set by a command on the server";
        /// 用统一登录进来
        SignedOn = 20, "signed-on", "用统一登录进来", "Signed in by the city\u{2019}s sign-on";
        /// 统一登录的人没有账号
        NoAccount = 21, "no-account", "统一登录的人在这里没有账号", "Somebody of the city\u{2019}s sign-on without an account here";
        /// 管理员改了统一登录的名字
        Named = 22, "named", "安全管理员改了统一登录的名字", "A security administrator changed the name at the city\u{2019}s sign-on";
    }
}

impl Entry {
    /// Whether somebody else did it, or could have: the owner is told when they come in next.
    #[must_use]
    pub fn is_told(self) -> bool {
        matches!(
            self,
            Self::Link | Self::Thrown | Self::Reset | Self::Linked | Self::On | Self::Command | Self::Named
        )
    }

    /// Whether it is a session that began.
    #[must_use]
    pub fn is_in(self) -> bool {
        matches!(self, Self::In | Self::Recovered | Self::SignedOn)
    }
}
