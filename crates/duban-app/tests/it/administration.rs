//! What administrators change: it holds at once, everywhere; it is checked, recorded, and nobody can raise
//! themselves by it.

use std::sync::Arc;

use duban_app::{
    App, AppError, Ctx, DEMO_PASSWORD,
    administration::{
        accounts::{self, Wanted},
        bundle, by_command, dry_run,
        pack::{self, EntryChange, EntryEdit, Saved},
        record,
    },
    case, setup,
    staff::{
        self,
        users::{self, Account},
    },
};
use duban_domain::{
    Lang, Refusal,
    case::Wish,
    city::edit::{self, Table, Values},
    policy::{Action, Guard},
};
use duban_testkit::world::{World, both, zhuzhou};

use crate::life::intake;

fn put(table: Table, id: Option<&str>, base: &str, values: &[(&str, &str)]) -> EntryEdit {
    let values: Values = values.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    EntryEdit { table, id: id.map(str::to_owned), base: base.into(), what: EntryChange::Put(values) }
}

/// The same entry with some fields changed, as a form would send it.
fn changed(ctx: &Ctx, table: Table, id: &str, fields: &[(&str, &str)]) -> EntryEdit {
    let files = pack::standing(ctx).unwrap().files;
    let now = edit::entry(&files, table, id).unwrap();
    let mut values = now.values;
    values.extend(fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
    EntryEdit { table, id: Some(id.into()), base: now.base, what: EntryChange::Put(values) }
}

fn done(saved: Saved) -> i64 {
    match saved {
        Saved::Done(version, _) => version,
        Saved::Faulty(faults) => panic!("{faults:?}"),
    }
}

fn refused<T: std::fmt::Debug>(result: Result<T, AppError>) -> Refusal {
    match result {
        Err(AppError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

const HYDRANT: &[(&str, &str)] =
    &[("key", "utilities.water.hydrant"), ("name", "消火栓"), ("name_en", "Hydrants"), ("kind", "help")];

#[test]
fn a_change_holds_at_once_here_and_soon_on_another_server() {
    both(|world| {
        let other = App::new(
            world.app.city.clone(),
            world.app.store.clone(),
            world.app.keys.clone(),
            world.app.clock.clone(),
            world.app.entropy.clone(),
            false,
        );
        let ctx = world.ctx("administrator", "hotline");
        let version = pack::standing(&ctx).unwrap().version;
        let saved = pack::change_entries(&ctx, &[put(Table::Categories, None, "", HYDRANT)]).unwrap();
        assert_eq!(done(saved), version + 1);
        assert!(world.app.at_hand().city.live_category("utilities.water.hydrant").is_some());
        assert!(
            world.app.city.category("utilities.water.hydrant").is_none(),
            "work that began keeps its city"
        );
        assert!(other.at_hand().city.category("utilities.water.hydrant").is_none());
        assert!(pack::follow(&other).unwrap() && !pack::follow(&other).unwrap());
        assert!(other.at_hand().city.category("utilities.water.hydrant").is_some());

        // A case gets it; once it is retired no new case does, and the old one keeps its name.
        let app = world.app.at_hand();
        let wish = Wish { category: Some("utilities.water.hydrant".into()), ..Wish::default() };
        let new = case::register::Intake { wish, ..intake() };
        case::register::by_resident(&app, &new).unwrap();
        let ctx = app.ctx(world.member("administrator", "hotline"), Lang::Zh);
        let retire = changed(&ctx, Table::Categories, "utilities.water.hydrant", &[("retired", "yes")]);
        done(pack::change_entries(&ctx, &[retire]).unwrap());
        let app = world.app.at_hand();
        let late = refused(case::register::by_resident(&app, &new));
        assert_eq!(late, Refusal::UnknownCategory("utilities.water.hydrant".into()));
        assert_eq!(app.city.category("utilities.water.hydrant").unwrap().name.zh, "消火栓");
        world.app = app;
    });
}

#[test]
fn what_does_not_fit_is_told_with_its_line_and_changes_nothing() {
    both(|world| {
        let ctx = world.ctx("administrator", "hotline");
        let before = pack::standing(&ctx).unwrap();
        let wrong = changed(&ctx, Table::Catalogue, "aerial-tree", &[("unit", "powr")]);
        let Saved::Faulty(faults) = pack::change_entries(&ctx, &[wrong]).unwrap() else {
            panic!("it was taken")
        };
        let said: Vec<String> = faults.iter().map(|fault| fault.sentence(Lang::Zh)).collect();
        assert!(
            said.iter().any(|s| s.starts_with("catalogue.toml:") && s.contains("是不是想写 power？")),
            "{said:?}"
        );
        let after = pack::standing(&ctx).unwrap();
        assert_eq!((before.version, before.files), (after.version, after.files));
        assert_eq!(record::page(&world.ctx("auditor", "hotline"), None, None).unwrap().0.len(), 0);
    });
}

#[test]
fn two_who_change_the_same_entry_do_not_undo_each_other() {
    both(|world| {
        let ctx = world.ctx("administrator", "hotline");
        let first = changed(&ctx, Table::Units, "fire", &[("phone", "119")]);
        let second = changed(&ctx, Table::Units, "fire", &[("phone", "118")]);
        let elsewhere = changed(&ctx, Table::Units, "market", &[("phone", "12315")]);
        done(pack::change_entries(&ctx, &[first]).unwrap());
        assert_eq!(refused(pack::change_entries(&ctx, &[second])), Refusal::Stale);
        done(pack::change_entries(&ctx, &[elsewhere]).unwrap());
        let city = world.app.at_hand().city;
        assert_eq!(city.unit("fire").unwrap().phone.as_deref(), Some("119"));
        assert_eq!(city.unit("market").unwrap().phone.as_deref(), Some("12315"));
    });
}

/// What each of two people gets who do something at the very same time.
fn at_once<T: Send>(first: impl FnOnce() -> T + Send, second: impl FnOnce() -> T + Send) -> [T; 2] {
    let start = std::sync::Barrier::new(2);
    std::thread::scope(|scope| {
        let wait = &start;
        let one = scope.spawn(move || {
            wait.wait();
            first()
        });
        let two = scope.spawn(move || {
            wait.wait();
            second()
        });
        [one.join().unwrap(), two.join().unwrap()]
    })
}

#[test]
fn of_two_who_save_a_whole_file_from_the_same_version_one_is_told() {
    both(|world| {
        let ctx = world.ctx("administrator", "hotline");
        let seen = pack::standing(&ctx).unwrap().version;
        let save = |line: &str| {
            pack::change(&ctx, "file", Some(seen), |files| {
                files.get_mut("units.csv").unwrap().push_str(line);
                Ok(())
            })
        };
        let all = at_once(|| save("# 测试一\n"), || save("# 测试二\n"));
        assert_eq!(all.iter().filter(|one| matches!(one, Ok(Saved::Done(..)))).count(), 1);
        let told = all.into_iter().find(Result::is_err).unwrap();
        assert_eq!(refused(told), Refusal::Stale);
        assert_eq!(pack::standing(&ctx).unwrap().version, seen + 1);
        world.app = world.app.at_hand();
    });
}

#[test]
fn two_who_switch_each_other_off_at_once_leave_one() {
    both(|world| {
        let (one, two) = (account(world, "sec", "security"), account(world, "sec2", "security"));
        let (first, second) = (of(world, "sec"), of(world, "sec2"));
        let off = Wanted {
            login: String::new(),
            name: "测试·改".into(),
            unit: "hotline".into(),
            role: "security".into(),
            active: false,
        };
        let [a, b] = at_once(|| accounts::change(&first, two, &off), || accounts::change(&second, one, &off));
        let (_, no) = if a.is_ok() { (a, b) } else { (b, a) };
        assert_eq!(refused(no), Refusal::Guard(Guard::LastOne(Action::Accounts)));
        let left = accounts::list(&first).unwrap().into_iter().filter(|s| s.active && s.role == "security");
        assert_eq!(left.count(), 1);
    });
}

#[test]
fn two_who_make_the_same_login_at_once_make_one_account() {
    both(|world| {
        account(world, "sec", "security");
        let sec = of(world, "sec");
        let wanted = Wanted {
            login: "zhao".into(),
            name: "测试·赵".into(),
            unit: "hotline".into(),
            role: "operator".into(),
            active: true,
        };
        let [a, b] = at_once(|| accounts::add(&sec, &wanted), || accounts::add(&sec, &wanted));
        let no = if a.is_ok() { b } else { a };
        assert_eq!(refused(no), Refusal::Guard(Guard::Taken));
    });
}

fn account(world: &World, login: &str, role: &str) -> duban_domain::StaffId {
    let account = Account {
        login: login.into(),
        name: format!("测试·{login}"),
        unit: "hotline".into(),
        role: role.into(),
        password: DEMO_PASSWORD.into(),
    };
    users::put(&world.app, &account).unwrap()
}

/// Somebody with an account, asking.
fn of(world: &World, login: &str) -> Ctx {
    let app = world.app.at_hand();
    let token = staff::sign_in(&app, login, DEMO_PASSWORD).unwrap();
    let who = staff::member_of(&app, &token, true).unwrap().unwrap();
    app.ctx(who, Lang::Zh)
}

#[test]
fn settings_roles_and_the_record_have_three_different_keepers() {
    both(|world| {
        for (login, role) in [("sys", "administrator"), ("sec", "security"), ("aud", "auditor")] {
            account(world, login, role);
        }
        let (sys, sec, aud) = (of(world, "sys"), of(world, "sec"), of(world, "aud"));
        let role = |ctx: &Ctx| changed(ctx, Table::Roles, "leader", &[("name", "市领导")]);
        let unit = |ctx: &Ctx| changed(ctx, Table::Units, "fire", &[("phone", "119")]);
        assert_eq!(refused(pack::change_entries(&sys, &[role(&sys)])), Refusal::MayNot(Action::Accounts));
        assert_eq!(refused(pack::change_entries(&sec, &[unit(&sec)])), Refusal::MayNot(Action::Administer));
        assert_eq!(refused(pack::change_entries(&aud, &[unit(&sys)])), Refusal::MayNot(Action::Administer));
        assert_eq!(refused(accounts::list(&sys)), Refusal::MayNot(Action::Accounts));
        assert_eq!(refused(record::page(&sec, None, None)), Refusal::MayNot(Action::Audit));
        done(pack::change_entries(&sys, &[unit(&sys)]).unwrap());
        done(pack::change_entries(&sec, &[role(&sec)]).unwrap());
        let (rows, more) = record::page(&aud, Some("pack"), None).unwrap();
        let told: Vec<(&str, &str)> = rows.iter().map(|r| (r.by_name.as_str(), r.subject.as_str())).collect();
        assert_eq!(told, [("测试·sec", "roles.toml"), ("测试·sys", "units.csv")]);
        assert!(!more);
        let (_, differs) = record::one(&aud, rows[1].id).unwrap();
        assert_eq!((differs.len(), differs[0].id.as_str()), (1, "fire"));
        assert!(differs[0].after.contains("phone = 119") && !differs[0].before.contains("phone"));
    });
}

#[test]
fn nobody_raises_themselves_or_leaves_an_office_empty() {
    both(|world| {
        let (own, other) = (account(world, "sec", "security"), account(world, "sec2", "security"));
        account(world, "sys", "administrator");
        let sec = of(world, "sec");
        let more =
            changed(&sec, Table::Roles, "security", &[("actions", "accounts\nview"), ("reach", "all")]);
        assert_eq!(refused(pack::change_entries(&sec, &[more])), Refusal::Guard(Guard::OwnPower));
        let less = changed(&sec, Table::Roles, "security", &[("actions", "register")]);
        assert_eq!(
            refused(pack::change_entries(&sec, &[less])),
            Refusal::Guard(Guard::OwnPower),
            "another power is a new power"
        );
        let gone = changed(&sec, Table::Roles, "administrator", &[("actions", "figures")]);
        assert_eq!(
            refused(pack::change_entries(&sec, &[gone])),
            Refusal::Guard(Guard::LastOne(Action::Administer))
        );
        let used = EntryEdit { what: EntryChange::Remove, ..changed(&sec, Table::Roles, "security", &[]) };
        assert_eq!(refused(pack::change_entries(&sec, &[used])), Refusal::Guard(Guard::StillUsed(2)));
        let spare = [("key", "spare"), ("name", "测试·备用"), ("name_en", "Spare"), ("reach", "unit")];
        let spare = [&spare[..], &[("actions", "view")]].concat();
        done(pack::change_entries(&sec, &[put(Table::Roles, None, "", &spare)]).unwrap());
        let unused = EntryEdit { what: EntryChange::Remove, ..changed(&sec, Table::Roles, "spare", &[]) };
        done(pack::change_entries(&sec, &[unused]).unwrap());
        let wanted = |role: &str, active| Wanted {
            login: String::new(),
            name: "测试·改".into(),
            unit: "hotline".into(),
            role: role.into(),
            active,
        };
        let raise = accounts::change(&sec, own, &wanted("supervisor", true));
        assert_eq!(refused(raise), Refusal::Guard(Guard::OwnPower));
        accounts::change(&sec, other, &wanted("security", false)).unwrap();
        let last = accounts::change(&of_id(world, other), own, &wanted("security", false));
        assert_eq!(refused(last), Refusal::Guard(Guard::LastOne(Action::Accounts)));
    });
}

/// A member of the same role who asks although their account is off: the rule holds all the same.
fn of_id(world: &World, id: duban_domain::StaffId) -> Ctx {
    let app = world.app.at_hand();
    let who = duban_domain::policy::Member::of(&app.city, id, "测试·二", "hotline", "security");
    app.ctx(who, Lang::Zh)
}

#[test]
fn an_account_is_made_its_owner_sets_the_password_and_switching_it_off_ends_all() {
    both(|world| {
        account(world, "sec", "security");
        account(world, "aud", "auditor");
        let sec = of(world, "sec");
        let wanted = Wanted {
            login: "Zhao".into(),
            name: "测试·赵".into(),
            unit: "hotline".into(),
            role: "operator".into(),
            active: true,
        };
        let (id, token) = accounts::add(&sec, &wanted).unwrap();
        assert_eq!(refused(accounts::add(&sec, &wanted)), Refusal::Guard(Guard::Taken));
        assert!(staff::sign_in(&world.app, "zhao", "").is_err(), "before there is a password nobody gets in");
        assert_eq!(accounts::whose(&world.app, &token).unwrap().unwrap().login, "zhao");
        let short = accounts::set_password(&world.app, &token, "short", &staff::Attempt::default());
        assert_eq!(refused(short), Refusal::Guard(Guard::ShortPassword { least: 10 }));
        accounts::set_password(&world.app, &token, "own words 2026", &staff::Attempt::default()).unwrap();
        assert_eq!(
            refused(accounts::set_password(&world.app, &token, "own words 2027", &staff::Attempt::default())),
            Refusal::NotFound
        );
        let session = staff::sign_in(&world.app, "zhao", "own words 2026").unwrap();
        assert!(staff::member_of(&world.app, &session, true).unwrap().is_some());

        let again = accounts::link(&sec, id).unwrap();
        accounts::change(&sec, id, &Wanted { active: false, ..wanted }).unwrap();
        assert!(staff::member_of(&world.app, &session, true).unwrap().is_none());
        assert!(staff::sign_in(&world.app, "zhao", "own words 2026").is_err());
        assert!(accounts::whose(&world.app, &again).unwrap().is_none());
        let (rows, _) = record::page(&of(world, "aud"), Some("account"), None).unwrap();
        let own = rows.iter().filter(|row| row.subject == "zhao");
        let notes: Vec<(&str, &str)> = own.map(|r| (r.note.as_str(), r.by_name.as_str())).collect();
        let (sec, zhao) = ("测试·sec", "测试·赵");
        assert_eq!(notes, [("", sec), ("password-link", sec), ("password-set", zhao), ("", sec)]);
        assert!(rows.iter().any(|row| row.by_name == "duban user" && row.subject == "sec"));
        assert!(rows.iter().all(|r| !r.after.contains("argon2") && !r.before.contains("argon2")));
    });
}

#[test]
fn a_pack_is_exported_changed_outside_and_taken_in_with_a_preview() {
    both(|world| {
        let ctx = world.ctx("administrator", "hotline");
        let (version, zip) = bundle::export(&ctx).unwrap();
        let mut files = bundle::unpacked(&zip).unwrap();
        assert_eq!(files, zhuzhou(), "what is exported is what was read, to the letter");
        assert_eq!(bundle::unpacked(b"no zip"), Err(bundle::BundleFault::NoZip));
        let city = files["city.toml"].replace("\"12345\"", "\"12346\"");
        files.insert("city.toml".into(), city);
        let roles = files["roles.toml"].replace("name = \"领导\"", "name = \"市领导\"");
        files.insert("roles.toml".into(), roles);
        let preview = bundle::preview(&ctx, &files).unwrap();
        let paths = [("city.toml".to_owned(), true), ("roles.toml".to_owned(), false)];
        assert_eq!(preview.files, paths, "roles are for another administrator");
        assert_eq!(preview.differences.len(), 2);
        let all = ["city.toml".to_owned(), "roles.toml".to_owned()];
        assert_eq!(refused(bundle::import(&ctx, &files, &all, version)), Refusal::MayNot(Action::Accounts));
        assert_eq!(refused(bundle::import(&ctx, &files, &all[..1], version - 1)), Refusal::Stale);
        done(bundle::import(&ctx, &files, &all[..1], version).unwrap());
        assert_eq!(world.app.at_hand().city.hotline, "12346");
        assert_eq!(world.app.at_hand().city.role("leader").unwrap().name.zh, "领导");
        let by_hand = world.app.ctx(by_command("duban city import"), Lang::En);
        let version = pack::standing(&by_hand).unwrap().version;
        done(bundle::import(&by_hand, &files, &all, version).unwrap());
        assert_eq!(world.app.at_hand().city.role("leader").unwrap().name.zh, "市领导");
    });
}

#[test]
fn a_folder_named_at_the_start_does_not_undo_what_an_administrator_changed() {
    both(|world| {
        let begin = |files: &duban_domain::city::PackFiles| {
            setup::begin(&world.app.store, Some(files), &world.app.keys, world.app.now()).unwrap()
        };
        let mut folder = zhuzhou();
        folder.insert("city.toml".into(), folder["city.toml"].replace("\"12345\"", "\"12340\""));
        assert_eq!(begin(&folder).hotline, "12340", "nobody changed anything here: the folder is the city");
        let ctx = world.ctx("administrator", "hotline");
        done(
            pack::change_entries(&ctx, &[changed(&ctx, Table::Units, "fire", &[("phone", "119")])]).unwrap(),
        );
        folder.insert("city.toml".into(), folder["city.toml"].replace("\"12340\"", "\"12341\""));
        let city = begin(&folder);
        assert_eq!(
            (city.hotline.as_str(), city.unit("fire").unwrap().phone.as_deref()),
            ("12340", Some("119"))
        );
    });
}

#[test]
fn a_dry_run_says_which_past_cases_would_go_elsewhere_and_changes_nothing() {
    both(|world| {
        let text = "路边电线和树缠在一起，风一吹冒火花。";
        for _ in 0..3 {
            case::register::by_resident(
                &world.app,
                &case::register::Intake { text: text.into(), ..intake() },
            )
            .unwrap();
        }
        let ctx = world.ctx("administrator", "hotline");
        let edit = changed(
            &ctx,
            Table::Catalogue,
            "aerial-tree",
            &[("unit", "urban.green"), ("assisting", "power")],
        );
        let run = dry_run::try_edits(&ctx, std::slice::from_ref(&edit)).unwrap().unwrap();
        assert_eq!(run.tried, 3);
        assert_eq!(run.moves, [("power".to_owned(), "urban.green".to_owned(), 3)]);
        assert!(run.named.is_empty(), "whoever sees no cases is told numbers only");
        let mut keeper = ctx.clone();
        keeper.who.reach = duban_domain::policy::Reach::All;
        let run = dry_run::try_edits(&keeper, &[edit]).unwrap().unwrap();
        assert_eq!(run.named.len(), 3);
        assert_eq!((run.named[0].from.as_str(), run.named[0].to.as_str()), ("power", "urban.green"));
        assert_eq!(Arc::as_ptr(&world.app.at_hand().city), Arc::as_ptr(&world.app.city));
    });
}
