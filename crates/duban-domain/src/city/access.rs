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
    /// The city's own sign-on; without it everybody has a password.
    pub sign_on: Option<SignOn>,
}

/// 统一登录: the city's own sign-on, by OpenID Connect. It says who somebody is; what they may do stands in their account
/// here, and whoever has none here comes in nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignOn {
    /// What the button is called.
    pub name: Words,
    /// The address that the provider calls itself, exactly.
    pub issuer: String,
    /// What it calls us.
    pub client: String,
    /// The name of the variable that holds our secret there; none proves itself by PKCE alone.
    pub secret_env: Option<String>,
    /// What is asked for beside `openid`.
    pub scopes: Vec<String>,
    /// The claim that an account here names somebody by.
    pub claim: String,
    /// Whether the provider has asked for a second factor already, so that none is asked for here.
    pub second_done: bool,
    /// Whether the form for a password stands open on the login page.
    pub passwords: bool,
    /// Whether the provider lies inside the network of this server.
    pub private: bool,
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
