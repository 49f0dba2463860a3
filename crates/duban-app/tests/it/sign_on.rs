//! The city's own sign-on: a provider that signs as OpenID Connect has it, and one that lies. On both databases.

use std::sync::{Arc, Mutex};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use duban_app::{
    App, AppError, Ctx, DEMO_PASSWORD,
    administration::{accounts, pack, record as changes},
    remote::{Call, Lost, Reply, Wire},
    staff::{
        self, Attempt, Entered, Entrance, record,
        sign_on::{self, Back, Begun},
        users::{self, Account},
    },
};
use duban_domain::{
    Lang, Refusal, StaffId,
    policy::{Entry, Guard},
};
use duban_testkit::world::{World, both};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};

const ISSUER: &str = "https://sso.example.cn";
const RULES: &str = "[sign_on]\nname = \"单位账号登录\"\nname_en = \"City account\"\nissuer = \"https://sso.example.cn\"\nclient = \"duban\"\nsecret_env = \"DUBAN_SIGN_ON_SECRET\"\nclaim = \"preferred_username\"\n";

/// A provider: it remembers what each code is for, and signs what a test lets it say.
struct Provider {
    pair: EcdsaKeyPair,
    /// What it claims of whoever comes next, over what is right.
    claims: Mutex<Value>,
    nonce: Mutex<String>,
    challenge: Mutex<String>,
    /// What goes wrong.
    broken: Mutex<&'static str>,
    /// The addresses that it was asked at.
    asked: Mutex<Vec<String>>,
    /// What it calls its key.
    kid: Mutex<&'static str>,
}

impl Provider {
    fn new() -> Arc<Self> {
        let random = SystemRandom::new();
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, made.as_ref(), &random).unwrap();
        Arc::new(Self {
            pair,
            claims: Mutex::new(json!({"preferred_username": "li.city"})),
            nonce: Mutex::default(),
            challenge: Mutex::default(),
            broken: Mutex::new(""),
            asked: Mutex::default(),
            kid: Mutex::new("k1"),
        })
    }

    /// A browser arrives, its owner signs in there and is sent back.
    fn visit(&self, begun: &Begun) -> Back {
        let (address, query) = begun.to.split_once('?').unwrap();
        assert_eq!(address, "https://sso.example.cn/authorize");
        let asked: std::collections::HashMap<String, String> =
            form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        assert_eq!((asked["response_type"].as_str(), asked["client_id"].as_str()), ("code", "duban"));
        assert_eq!(asked["code_challenge_method"], "S256");
        assert!(asked["redirect_uri"].ends_with("/desk/sign-on/back"), "{}", asked["redirect_uri"]);
        self.nonce.lock().unwrap().clone_from(&asked["nonce"]);
        self.challenge.lock().unwrap().clone_from(&asked["code_challenge"]);
        Back { state: asked["state"].clone(), code: "code-1".into(), iss: ISSUER.into(), ..Back::default() }
    }

    fn token(&self, now_s: i64) -> String {
        let mut claims = json!({
            "iss": ISSUER, "sub": "0017", "aud": "duban", "exp": now_s + 300, "iat": now_s,
            "nonce": *self.nonce.lock().unwrap(),
        });
        for (name, value) in self.claims.lock().unwrap().as_object().unwrap() {
            claims[name] = value.clone();
        }
        let broken = *self.broken.lock().unwrap();
        let kid = *self.kid.lock().unwrap();
        let head = match broken {
            "none" => r#"{"alg":"none"}"#.to_owned(),
            _ => json!({"alg": "ES256", "kid": kid}).to_string(),
        };
        let signed =
            format!("{}.{}", URL_SAFE_NO_PAD.encode(head), URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        let mut signature = signature.as_ref().to_vec();
        if broken == "signature" {
            signature[3] ^= 1;
        }
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// The provider, as the program reaches it, at one time.
struct Way(Arc<Provider>, i64);

impl Wire for Way {
    fn call(&self, call: &Call) -> Result<Reply, Lost> {
        let Self(provider, now_s) = self;
        let broken = *provider.broken.lock().unwrap();
        let said = |said: Value| Ok(Reply { status: 200, body: said.to_string() });
        provider.asked.lock().unwrap().push(call.url.rsplit('/').next().unwrap().to_owned());
        match call.url.as_str() {
            _ if broken == "away" => Err(Lost("nobody there".into())),
            "https://sso.example.cn/.well-known/openid-configuration" => said(json!({
                "issuer": if broken == "issuer" { "https://evil.example" } else { ISSUER },
                "authorization_endpoint": "https://sso.example.cn/authorize",
                "token_endpoint": if broken == "plain" { "http://sso.example.cn/token" } else { "https://sso.example.cn/token" },
                "jwks_uri": "https://sso.example.cn/keys",
            })),
            "https://sso.example.cn/keys" => {
                let point = &provider.pair.public_key().as_ref()[1..];
                let key = |n: &[u8]| URL_SAFE_NO_PAD.encode(n);
                said(json!({"keys": [
                    {"kty": "oct", "k": "AAAA"},
                    {"kty": "EC", "crv": "P-256", "kid": *provider.kid.lock().unwrap(), "use": "sig", "x": key(&point[..32]), "y": key(&point[32..])},
                ]}))
            }
            "https://sso.example.cn/token" => {
                let form: std::collections::HashMap<String, String> =
                    call.form.clone().unwrap().into_iter().collect();
                let challenge = URL_SAFE_NO_PAD
                    .encode(ring::digest::digest(&ring::digest::SHA256, form["code_verifier"].as_bytes()));
                let fits = form["code"] == "code-1"
                    && form["client_secret"] == "geheim"
                    && challenge == *provider.challenge.lock().unwrap();
                if !fits {
                    return Ok(Reply { status: 400, body: r#"{"error":"invalid_grant"}"#.into() });
                }
                said(json!({"access_token": "x", "token_type": "Bearer", "id_token": provider.token(*now_s)}))
            }
            other => panic!("{other}"),
        }
    }

    fn secret(&self, name: &str) -> Option<String> {
        (name == "DUBAN_SIGN_ON_SECRET").then(|| "geheim".to_owned())
    }
}

fn account(world: &World, login: &str, role: &str) -> StaffId {
    let account = Account {
        login: login.into(),
        name: format!("测试·{login}"),
        unit: "hotline".into(),
        role: role.into(),
        password: DEMO_PASSWORD.into(),
    };
    users::put(&world.app, &account).unwrap()
}

fn ctx(world: &World, login: &str) -> Ctx {
    let app = world.app.at_hand();
    let token = staff::sign_in(&app, login, DEMO_PASSWORD).unwrap();
    let who = staff::member_of(&app, &token, true).unwrap().unwrap();
    app.ctx(who, Lang::Zh)
}

/// A city whose security administrator has set up the sign-on, and an operator whom it names.
fn city(world: &World) -> (Arc<Provider>, StaffId) {
    let li = account(world, "li", "operator");
    account(world, "sec", "security");
    account(world, "audit", "auditor");
    let saved = pack::change(&ctx(world, "sec"), "file", None, |files| {
        files.insert("access.toml".into(), RULES.into());
        Ok(())
    });
    assert!(matches!(saved, Ok(pack::Saved::Done(..))), "{saved:?}");
    accounts::name_sign_on(&ctx(world, "sec"), li, "li.city").unwrap();
    (Provider::new(), li)
}

/// The installation as it is now, with the way to the provider.
fn app(world: &World, provider: &Arc<Provider>) -> App {
    let mut app = world.app.at_hand();
    let now_s = app.now().0 / 1_000;
    app.wire = Arc::new(Way(provider.clone(), now_s));
    app
}

fn come(world: &World, provider: &Arc<Provider>) -> Result<(Entrance, String), AppError> {
    let app = app(world, provider);
    let begun = sign_on::begin(&app, "/desk/cases?q=灯")?;
    let back = provider.visit(&begun);
    sign_on::finish(&app, &begun.kept, &back, &Attempt::default())
}

fn entered(result: Result<(Entrance, String), AppError>) -> Entered {
    match result.unwrap() {
        (Entrance::In(entered), to) => {
            assert_eq!(to, "/desk/cases?q=灯");
            entered
        }
        (halfway, _) => panic!("{halfway:?}"),
    }
}

fn guard<T: std::fmt::Debug>(result: Result<T, AppError>) -> Guard {
    match result {
        Err(AppError::Refused(Refusal::Guard(guard))) => guard,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_sign_on_says_who_somebody_is_and_the_account_here_what_they_may() {
    both(|world| {
        let (provider, li) = city(world);
        let token = entered(come(world, &provider)).token;
        let app = world.app.at_hand();
        let member = staff::member_of(&app, &token, true).unwrap().unwrap();
        assert_eq!((member.id, member.role.as_str()), (li, "operator"));
        let audit = ctx(world, "audit");
        let kinds: Vec<Entry> =
            record::page(&audit, None, None).unwrap().0.iter().map(|line| line.what).collect();
        assert!(kinds.contains(&Entry::SignedOn) && kinds.contains(&Entry::Named), "{kinds:?}");
        let named =
            changes::page(&audit, None, None).unwrap().0.into_iter().find(|change| change.note == "sign-on");
        let named = named.unwrap();
        assert!(named.before.ends_with("sign_on = ") && named.after.ends_with("sign_on = li.city"));

        // Another role holds at once, and a name that is taken away lets nobody in.
        let wanted = accounts::Wanted {
            role: "caller".into(),
            ..accounts::one(&ctx(world, "sec"), li).unwrap().into()
        };
        accounts::change(&ctx(world, "sec"), li, &wanted).unwrap();
        assert!(staff::member_of(&app, &token, true).unwrap().is_none(), "the session ended with the role");
        let token = entered(come(world, &provider)).token;
        assert_eq!(staff::member_of(&app, &token, true).unwrap().unwrap().role, "caller");
        accounts::name_sign_on(&ctx(world, "sec"), li, "").unwrap();
        assert_eq!(guard(come(world, &provider)), Guard::SignOnNobody);
        users::disable(&world.app, "li").unwrap();
    });
}

#[test]
fn somebody_whom_the_city_knows_and_no_account_names_comes_in_nowhere() {
    both(|world| {
        let (provider, li) = city(world);
        let claims = |said: Value| *provider.claims.lock().unwrap() = said;
        // A claim of a role, or somebody else's subject, opens nothing; nor does a login that is no such name.
        claims(json!({"preferred_username": "wang.city", "role": "operator", "sub": "li.city"}));
        assert_eq!(guard(come(world, &provider)), Guard::SignOnNobody);
        claims(json!({"preferred_username": "li"}));
        assert_eq!(guard(come(world, &provider)), Guard::SignOnNobody);
        claims(json!({"preferred_username": ""}));
        assert_eq!(guard(come(world, &provider)), Guard::SignOnNobody);
        claims(json!({"preferred_username": "li.city"}));
        users::disable(&world.app, "li").unwrap();
        assert_eq!(guard(come(world, &provider)), Guard::SignOnNobody);
        let kinds = record::page(&ctx(world, "audit"), None, None).unwrap().0;
        assert!(kinds.iter().any(|line| line.what == Entry::NoAccount));
        // One name is one account; and nobody names themselves.
        let sec = ctx(world, "sec");
        let other = account(world, "zhao", "operator");
        assert_eq!(guard(accounts::name_sign_on(&sec, other, "li.city")), Guard::Taken);
        assert_eq!(guard(accounts::name_sign_on(&sec, sec.who.id, "sec.city")), Guard::OwnPower);
        assert_eq!(accounts::sign_on_name(&sec, li).unwrap(), "li.city");
    });
}

#[test]
fn an_answer_that_is_forged_old_or_meant_for_others_opens_nothing() {
    both(|world| {
        let (provider, _) = city(world);
        let now_s = world.app.now().0 / 1_000;
        let lies = [
            json!({"aud": "another"}),
            json!({"aud": ["duban", "another"]}),
            json!({"aud": ["duban", "another"], "azp": "another"}),
            json!({"iss": "https://evil.example"}),
            json!({"nonce": "of another question"}),
            json!({"nonce": null}),
            json!({"exp": now_s - 120}),
            json!({"exp": "never"}),
            json!({"nbf": now_s + 3_600}),
        ];
        for lie in lies {
            let mut claims = json!({"preferred_username": "li.city"});
            for (name, value) in lie.as_object().unwrap() {
                claims[name] = value.clone();
            }
            *provider.claims.lock().unwrap() = claims;
            assert_eq!(guard(come(world, &provider)), Guard::SignOnForged, "{lie}");
        }
        *provider.claims.lock().unwrap() = json!({"preferred_username": "li.city"});
        for (broken, told) in [
            ("signature", Guard::SignOnForged),
            ("none", Guard::SignOnForged),
            ("away", Guard::SignOnSilent),
            ("issuer", Guard::SignOnSilent),
            ("plain", Guard::SignOnSilent),
        ] {
            *provider.broken.lock().unwrap() = broken;
            // What it said of itself before holds no more.
            world.clock.pass_ms(11 * 60_000);
            assert_eq!(guard(come(world, &provider)), told, "{broken}");
        }
        *provider.broken.lock().unwrap() = "";
        world.clock.pass_ms(4_000);

        let app = app(world, &provider);
        let (mine, other) = (sign_on::begin(&app, "/desk").unwrap(), sign_on::begin(&app, "/desk").unwrap());
        let back = provider.visit(&mine);
        let finish = |kept: &str, back: &Back| guard(sign_on::finish(&app, kept, back, &Attempt::default()));
        // A link that somebody sends me with their own answer: my browser asked another question, or none.
        assert_eq!(finish(&other.kept, &back), Guard::SignOnForged);
        assert_eq!(finish("", &back), Guard::SignOnForged);
        assert_eq!(finish(&mine.kept, &Back { code: String::new(), ..back.clone() }), Guard::SignOnForged);
        assert_eq!(finish(&mine.kept, &Back { code: "code-2".into(), ..back.clone() }), Guard::SignOnForged);
        let elsewhere = Back { iss: "https://evil.example".into(), ..back.clone() };
        assert_eq!(finish(&mine.kept, &elsewhere), Guard::SignOnForged);
        world.clock.pass_ms(11 * 60_000);
        assert_eq!(finish(&mine.kept, &back), Guard::SignOnForged, "ten minutes are enough");
    });
}

#[test]
fn a_second_factor_is_asked_for_unless_the_sign_on_has_done_it() {
    both(|world| {
        let (provider, _) = city(world);
        let rules = |text: String| {
            let saved = pack::change(&ctx(world, "sec"), "file", None, |files| {
                files.insert("access.toml".into(), text.clone());
                Ok(())
            });
            assert!(matches!(saved, Ok(pack::Saved::Done(..))), "{saved:?}");
        };
        rules(format!("second_factor = [\"operator\"]\n{RULES}"));
        let (halfway, _) = come(world, &provider).unwrap();
        assert!(matches!(halfway, Entrance::Halfway { enrol: true, .. }), "{halfway:?}");
        rules(format!("second_factor = [\"operator\"]\n{RULES}second_done = true\n"));
        entered(come(world, &provider));
    });
}

/// Anybody may open the first address of the sign-on as often as they like: the provider hears of it once.
#[test]
fn the_provider_is_asked_about_itself_once_in_a_while_and_at_once_for_a_key_that_nobody_knows() {
    let world = &World::sqlite();
    let (provider, _) = city(world);
    let asked = || std::mem::take(&mut *provider.asked.lock().unwrap());
    let app = || app(world, &provider);
    for _ in 0..50 {
        sign_on::begin(&app(), "/desk").unwrap();
    }
    assert_eq!(asked(), ["openid-configuration"]);
    entered(come(world, &provider));
    entered(come(world, &provider));
    assert_eq!(asked(), ["token", "keys", "token"]);

    // Another key than we know: asked for again, but not more often than once a minute.
    *provider.kid.lock().unwrap() = "k2";
    assert_eq!(guard(come(world, &provider)), Guard::SignOnForged);
    assert_eq!(asked(), ["token"], "the keys came a moment ago");
    world.clock.pass_ms(61_000);
    entered(come(world, &provider));
    assert_eq!(asked(), ["token", "keys"]);
    world.clock.pass_ms(11 * 60_000);
    entered(come(world, &provider));
    assert_eq!(asked(), ["openid-configuration", "token", "keys"], "what it said holds ten minutes");

    // While it is silent, nobody waits for it one after another.
    world.clock.pass_ms(11 * 60_000);
    *provider.broken.lock().unwrap() = "away";
    for _ in 0..50 {
        assert_eq!(guard(sign_on::begin(&app(), "/desk")), Guard::SignOnSilent);
    }
    assert_eq!(asked(), ["openid-configuration"]);
    *provider.broken.lock().unwrap() = "";
    world.clock.pass_ms(4_000);
    sign_on::begin(&app(), "/desk").unwrap();
}
