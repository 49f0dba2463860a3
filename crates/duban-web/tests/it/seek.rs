//! Looking for somebody by name or telephone: whom it finds for whom, and what stands in the address.

use duban_domain::request::Privacy;
use duban_testkit::world::World;

use crate::visitors::{NAME, PHONE, STAFF, Stage, TITLE};

#[test]
fn a_search_by_person_finds_nobody_who_is_hidden_and_says_nothing_in_the_address() {
    let threads = tokio::runtime::Runtime::new().unwrap();
    for privacy in [Privacy::Contact, Privacy::Confidential, Privacy::Anonymous] {
        let world = World::sqlite();
        let stage = Stage::set(&world, privacy);
        let forms = [
            format!("name={NAME}&phone="),
            format!("name=&phone={PHONE}"),
            format!("name={NAME}&phone=4321"),
        ];
        for (login, ..) in STAFF {
            let known = match privacy {
                Privacy::Contact => ["handler", "assistant", "caller", "supervisor"].contains(&login),
                Privacy::Confidential => ["caller", "supervisor"].contains(&login),
                Privacy::Anonymous => false,
            };
            for form in &forms {
                let met = threads.block_on(async {
                    let Some(list) = stage.led(login, "/desk/people", form).await else { return false };
                    assert!(list.starts_with("/desk/cases?who="), "{list}");
                    assert!(!list.contains(PHONE) && list.bytes().all(|b| b != b'%'), "{list}");
                    let (_, page) = stage.call(login, "GET", &list, "").await;
                    for (other, ..) in STAFF.iter().filter(|(other, ..)| *other != login) {
                        let (_, page) = stage.call(other, "GET", &list, "").await;
                        assert!(!page.contains(TITLE), "the pass of {login} opened for {other}");
                    }
                    page.contains(TITLE)
                });
                assert_eq!(met, known, "{login}, {privacy:?}: {form}");
            }
        }
    }
}

#[test]
fn what_is_typed_wrongly_comes_back_as_it_was_typed() {
    let world = World::sqlite();
    let stage = Stage::set(&world, Privacy::Contact);
    let threads = tokio::runtime::Runtime::new().unwrap();
    let form = "name=x%C2%B7y&phone=123&query=stage%3Dall";
    let (status, page) = threads.block_on(stage.call("supervisor", "POST", "/desk/people", form));
    assert_eq!(status.as_u16(), 422);
    assert!(page.contains("value=\"x·y\"") && page.contains("value=\"123\"") && page.contains("seek-wrong"));
}
