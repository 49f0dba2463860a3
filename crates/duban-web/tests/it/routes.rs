//! The route table as a snapshot that a clerk can read, and every row called as every role.

use std::fmt::Write as _;

use axum::http::StatusCode;
use duban_domain::request::Privacy;
use duban_testkit::world::World;
use duban_web::routes::{Access, table};
use expect_test::expect_file;

use crate::visitors::{STAFF, Stage};

#[test]
fn the_route_table_is_what_was_agreed() {
    let mut text = String::new();
    for route in table() {
        let access = match route.access {
            Access::Public => "everybody".to_owned(),
            Access::AnyStaff => "whoever signed in".to_owned(),
            Access::Staff(action) => format!("staff who may {}", action.key()),
            Access::Api(action) => format!("keys and staff who may {}", action.key()),
        };
        writeln!(text, "{:<4} {:<42} {access}", route.method, route.path).unwrap();
    }
    expect_file!["../../snapshots/routes.txt"].assert_eq(&text);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_answers_every_role_as_its_access_says() {
    let world = World::sqlite();
    let stage = Stage::set(&world, Privacy::Contact);
    let mut text = format!("{:<47} {:<9}", "", "nobody");
    for (login, ..) in STAFF {
        write!(text, "{login:<14}").unwrap();
    }
    text.push('\n');
    for route in table() {
        let path = stage.address(route.path);
        write!(text, "{:<4} {:<42} ", route.method, route.path).unwrap();
        for who in std::iter::once("nobody").chain(STAFF.map(|(login, ..)| login)) {
            // Signing out would end the session that the next rows need.
            let who = if route.path == "/desk/logout" { "nobody" } else { who };
            let (status, body) = stage.call(who, route.method, &path, "").await;
            assert!(!status.is_server_error(), "{} {path} as {who}: {status}", route.method);
            if who == "nobody" && matches!(route.access, Access::Api(_)) {
                assert_eq!(status, StatusCode::UNAUTHORIZED, "{path} must ask for a key");
            } else if who == "nobody" && route.access != Access::Public {
                assert!(
                    status == StatusCode::SEE_OTHER && body.starts_with("/desk/login"),
                    "{path} must ask to sign in"
                );
            }
            let width = if who == "nobody" && !text.ends_with(' ') { 9 } else { 14 };
            write!(text, "{:<width$}", status.as_u16()).unwrap();
        }
        text = text.trim_end().to_owned();
        text.push('\n');
    }
    expect_file!["../../snapshots/roles-by-route.txt"].assert_eq(&text);
}

#[test]
fn who_may_do_what_is_a_table() {
    let world = World::sqlite();
    let mut text = format!("{:<12}", "");
    for role in &world.city().roles {
        write!(text, "{:<15}", role.key).unwrap();
    }
    text.push('\n');
    for action in duban_domain::policy::Action::ALL {
        write!(text, "{:<12}", action.key()).unwrap();
        for role in &world.city().roles {
            write!(text, "{:<15}", if role.actions.contains(action) { "yes" } else { "-" }).unwrap();
        }
        text = text.trim_end().to_owned();
        text.push('\n');
    }
    expect_file!["../../snapshots/roles-by-action.txt"].assert_eq(&text);
}
