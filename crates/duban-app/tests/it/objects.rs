//! Objects of the city: a file counts whole or not at all, what is there already is written anew, and those around a
//! point are found, nearest first, among many.

use duban_app::{
    administration::{
        OF_OBJECTS,
        pack::{self, Saved},
        record,
    },
    object::{self, Imported},
};
use duban_domain::place::Point;
use duban_testkit::world::{World, both};

fn with_layers(world: &mut World) {
    let saved = pack::change(&world.ctx("administrator", "hotline"), "test", None, |files| {
        let layer = |key: &str| {
            format!("[[layer]]\nkey = \"{key}\"\nname = \"测试\"\nname_en = \"Test\"\nmetres = 150\n")
        };
        files.entry("layers.toml".into()).or_default().push_str(&(layer("trees") + &layer("stops")));
        Ok(())
    });
    assert!(matches!(saved.unwrap(), Saved::Done(..)));
    world.app = world.app.at_hand();
}

/// A tree of this id, so many steps of a hundred metres east and north of a point.
fn tree(id: &str, name: &str, east: f64, north: f64) -> String {
    let (lng, lat) = (113.1 + east * 100.0 / 98_400.0, 27.8 + north * 100.0 / 111_320.0);
    format!(
        r#"{{"type":"Feature","id":"{id}","properties":{{"name":"{name}"}},"geometry":{{"type":"Point","coordinates":[{lng:.7},{lat:.7}]}}}}"#
    )
}

fn import(world: &World, features: &[String], dry: bool) -> Imported {
    let text = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
    object::import(&world.ctx("administrator", "hotline"), "trees", &text, dry).unwrap()
}

fn around(world: &World) -> Vec<(String, String, u32)> {
    let (layer, at) = (world.app.city.layer("trees").unwrap(), Point::from_degrees(113.1, 27.8).unwrap());
    let near = object::near(&world.app, layer, at).unwrap();
    near.into_iter().map(|(tree, far)| (tree.id, tree.name.zh, far)).collect()
}

#[test]
fn a_file_of_objects_counts_whole_or_not_at_all_and_is_taken_in_again() {
    both(|world| {
        with_layers(world);
        let first = [tree("T1", "测试樟树", 0.0, 1.0), tree("T2", "测试桂花", 1.0, 0.0)];
        assert_eq!(import(world, &first, true), Imported::Done { total: 2, new: 2, changed: 0 });
        assert!(around(world).is_empty(), "a dry run changes nothing");
        assert_eq!(import(world, &first, false), Imported::Done { total: 2, new: 2, changed: 0 });
        let bad = [tree("T3", "测试", 0.1, 0.0), tree("T 4", "测试", 0.0, 0.0)];
        let Imported::Faulty(faults) = import(world, &bad, false) else { panic!("a space in an id") };
        assert!(faults[0].zh.starts_with("第 2 个") && faults[0].en.starts_with("Feature 2"), "{faults:?}");
        let known = |near: Vec<(String, String, u32)>| near.into_iter().map(|one| one.0).collect::<String>();
        assert_eq!(known(around(world)).len(), 4, "nothing of a file that is wrong counts");
        let again = [
            tree("T1", "测试老樟树", 0.5, 0.0),
            tree("T2", "测试桂花", 1.0, 0.0),
            tree("T5", "新", 5.0, 5.0),
        ];
        assert_eq!(import(world, &again, false), Imported::Done { total: 3, new: 1, changed: 1 });
        let said = around(world);
        assert_eq!((said[0].0.as_str(), said[0].1.as_str(), said[0].2), ("T1", "测试老樟树", 50));
        assert_eq!(said.len(), 2, "five hundred metres away is not near: {said:?}");
        let ctx = world.ctx("administrator", "hotline");
        let other = object::import(&ctx, "benches", "{}", false).unwrap();
        assert_eq!(other, Imported::NoLayer(vec!["lamps".into(), "trees".into(), "stops".into()]));
        let (noted, _) = record::page(&world.ctx("auditor", "hotline"), Some(OF_OBJECTS), None).unwrap();
        let said: Vec<&str> = noted.iter().map(|change| change.after.as_str()).collect();
        let (newest, first) = (r#"{"changed":1,"new":1,"total":3}"#, r#"{"changed":0,"new":2,"total":2}"#);
        assert_eq!(
            said,
            [newest, first],
            "what changed something is recorded, a dry run and a bad file are not"
        );
    });
}

#[test]
fn the_nearest_of_many_are_offered_and_none_that_is_farther_than_the_layer_reaches() {
    both(|world| {
        with_layers(world);
        let many: Vec<String> = (0..40_i32)
            .flat_map(|x| (0..40_i32).map(move |y| (x - 20, y - 20)))
            .map(|(x, y)| tree(&format!("T{x}_{y}"), "", f64::from(x) / 2.0, f64::from(y) / 2.0))
            .collect();
        assert_eq!(import(world, &many, false), Imported::Done { total: 1_600, new: 1_600, changed: 0 });
        let near = around(world);
        assert_eq!(near.len(), object::SHOWN_MAX);
        let far: Vec<u32> = near.iter().map(|one| one.2).collect();
        assert!(far.is_sorted() && far[0] == 0 && far[4] == 50, "{far:?}");
        let ids: Vec<&str> = near[..5].iter().map(|one| one.0.as_str()).collect();
        assert!(["T0_0", "T1_0", "T-1_0", "T0_1", "T0_-1"].iter().all(|id| ids.contains(id)), "{ids:?}");
    });
}
