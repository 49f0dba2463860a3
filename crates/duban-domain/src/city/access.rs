//! How staff come in, in this city: `access.toml`, kept by the security administrator. It may be left out; then the
//! defaults of this program hold.

use crate::lang::Words;

/// 登录规则
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessRules {
    /// A session ends after so many minutes without a page.
    pub idle_minutes: u32,
    /// It ends after so many hours in any case.
    pub life_hours: u32,
    /// So many wrong passwords, from one place or from a browser that the account knows, and no more is looked at.
    pub wrong_max: u32,
    /// Until so many minutes have passed since the first of them.
    pub wrong_minutes: u32,
    /// The roles that sign in with a second factor.
    pub second_factor: Vec<String>,
    /// The law behind it, when there is one.
    pub law: Option<Words>,
}

impl AccessRules {
    /// The file of the pack.
    pub const FILE: &str = "access.toml";
    /// What the file is like when nobody has written it yet.
    pub const FRESH: &str = "# 登录规则。写出来的都是默认，非法定；有依据时写 law。\n# How staff come in. What stands here are defaults and not law; write law where there is one.\nidle_minutes = 720\nlife_hours = 168\nwrong_max = 5\nwrong_minutes = 15\n# 哪些角色登录要第二因素。 Which roles need a second factor.\nsecond_factor = []\n";

    /// Whether a role signs in with a second factor.
    #[must_use]
    pub fn asks_second(&self, role: &str) -> bool {
        self.second_factor.iter().any(|key| key == role)
    }
}
