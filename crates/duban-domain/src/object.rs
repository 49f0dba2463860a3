//! Objects of the city (城市设施): lamp posts, trees, stops, which somebody counts one by one and whom a request
//! can be about.
//!
//! Pure: what a city says of a layer of them, how a file of them is read, and how a chosen one is written. Where
//! they are kept and which are near is `duban-app`'s. What else the source says of each is kept as it was said.

use std::collections::HashSet;

use serde_json::Value;

use crate::{
    gazetteer::middle,
    lang::Words,
    place::{Bounds, Crs, Point, judge},
    text,
};

/// Most objects of one file: a large city counts half a million lamp posts.
pub const OBJECTS_MAX: usize = 1_000_000;
/// Most that one answer names.
pub const CHOSEN_MAX: usize = 10;
/// Longest id of an object, in bytes.
const ID_MAX: usize = 80;
/// How many faults of a file are told.
const FAULTS_MAX: usize = 20;

/// A layer of objects of one kind (设施图层).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Its key.
    pub key: String,
    /// What people see.
    pub name: Words,
    /// How far around the point of a request its objects are offered.
    pub metres: u32,
    /// How the source's coordinates are meant.
    pub crs: Crs,
    /// The property that is the id; without, it is the feature's own.
    pub id: Option<String>,
    /// The property that is the name.
    pub name_is: String,
    /// The same in English.
    pub name_en_is: String,
}

/// An object (设施).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CityObject {
    /// The source's id.
    pub id: String,
    /// What it is called; may be empty.
    pub name: Words,
    /// Where it is; of a line or an area the middle.
    pub point: Point,
    /// Its geometry as the source has it, in GeoJSON.
    pub shape: String,
    /// Everything that the source says of it, as a JSON object.
    pub properties: String,
}

impl CityObject {
    /// How an answer names it: the id, a space, the name. So it stays known when its layer is gone.
    #[must_use]
    pub fn answer(&self) -> String {
        format!("{} {}", self.id, self.name.zh).trim_end().to_owned()
    }
}

/// The id in an answer that names an object.
#[must_use]
pub fn id_of(answer: &str) -> &str {
    answer.split_once(' ').map_or(answer, |(id, _)| id)
}

/// Whether a text can be the id of an object: no spaces, and not long.
#[must_use]
pub fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= ID_MAX && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// Reads a GeoJSON `FeatureCollection`.
///
/// # Errors
/// What is wrong, each with the number of its feature; at most twenty of them. Then nothing of the file counts.
pub fn read(layer: &Layer, text: &str, bounds: &Bounds) -> Result<Vec<CityObject>, Vec<Words>> {
    let whole = |zh: String, en: String| vec![Words { zh, en }];
    let root: Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|error| whole(format!("不是 JSON：{error}"), format!("This is not JSON: {error}")))?;
    let Some(features) = root.get("features").and_then(Value::as_array).filter(|all| !all.is_empty()) else {
        let zh = "里面没有设施：要 GeoJSON 的 FeatureCollection。";
        return Err(whole(zh.to_owned(), "It holds no features: a FeatureCollection is wanted.".to_owned()));
    };
    if features.len() > OBJECTS_MAX {
        let zh = format!("超过 {OBJECTS_MAX} 个，请分成几个文件。");
        return Err(whole(zh, format!("There are more than {OBJECTS_MAX}: split the file.")));
    }
    let (mut objects, mut faults, mut seen) =
        (Vec::with_capacity(features.len()), Vec::new(), HashSet::new());
    for (nth, feature) in features.iter().enumerate() {
        let read = one(layer, feature, bounds).and_then(|object| {
            if seen.insert(object.id.clone()) { Ok(object) } else { Err(ObjectFault::Twice) }
        });
        match read {
            Ok(object) => objects.push(object),
            Err(fault) if faults.len() < FAULTS_MAX => faults.push(fault.words(layer, nth + 1)),
            Err(_) => break,
        }
    }
    if faults.is_empty() { Ok(objects) } else { Err(faults) }
}

/// Why a feature is no object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ObjectFault {
    Id,
    Twice,
    Shape,
    Outside,
}

impl ObjectFault {
    fn words(self, layer: &Layer, nth: usize) -> Words {
        let id = layer.id.as_deref().unwrap_or("id");
        let (zh, en) = match self {
            Self::Id => (
                format!("{id} 没有能用的编号（不能空，不能有空格）"),
                format!("{id} is no usable id: it is empty or holds spaces"),
            ),
            Self::Twice => ("编号前面已经有了".to_owned(), "its id was there before".to_owned()),
            Self::Shape => ("没有能用的形状".to_owned(), "it has no usable geometry".to_owned()),
            Self::Outside => (
                "不在本市范围内，请看坐标系和经纬度的先后".to_owned(),
                "it is not within the city: look at the crs, and at the order of longitude and latitude"
                    .to_owned(),
            ),
        };
        Words { zh: format!("第 {nth} 个：{zh}。"), en: format!("Feature {nth}: {en}.") }
    }
}

fn one(layer: &Layer, feature: &Value, bounds: &Bounds) -> Result<CityObject, ObjectFault> {
    let own = feature.get("properties").and_then(Value::as_object);
    let word = |value: Option<&Value>| match value {
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let property = |name: &str| word(own.and_then(|own| own.get(name)));
    let id = layer.id.as_deref().map_or_else(|| word(feature.get("id")), property);
    if !is_id(&id) {
        return Err(ObjectFault::Id);
    }
    let shape = feature.get("geometry").ok_or(ObjectFault::Shape)?;
    let (lng, lat) = middle(shape).ok_or(ObjectFault::Shape)?;
    let (lng, lat) = layer.crs.to_wgs84(lng, lat);
    let point = judge(lng, lat, bounds).map_err(|_| ObjectFault::Outside)?;
    let plain = |text: String| text::shorten(&text.replace(char::is_control, " "), text::LINE_MAX);
    let zh = plain(property(&layer.name_is));
    let en =
        Some(plain(property(&layer.name_en_is))).filter(|en| !en.is_empty()).unwrap_or_else(|| zh.clone());
    let properties = own.map_or_else(|| "{}".to_owned(), |own| Value::Object(own.clone()).to_string());
    Ok(CityObject { id, name: Words { zh, en }, point, shape: shape.to_string(), properties })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer() -> Layer {
        Layer {
            key: "lamps".into(),
            name: Words { zh: "路灯杆".into(), en: "Lamp posts".into() },
            metres: 100,
            crs: Crs::Wgs84,
            id: Some("code".into()),
            name_is: "name".into(),
            name_en_is: "name_en".into(),
        }
    }

    fn feature(code: &str, geometry: &str) -> String {
        format!(
            r#"{{"type":"Feature","properties":{{"code":{code},"name":"测试灯杆","volt":380}},"geometry":{geometry}}}"#
        )
    }

    fn of(features: &[String]) -> Result<Vec<CityObject>, Vec<Words>> {
        let city = crate::city::City::load(&crate::city::tests::shipped()).unwrap();
        let text = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
        read(&layer(), &text, &city.bounds)
    }

    const HERE: &str = r#"{"type":"Point","coordinates":[113.145,27.835]}"#;

    #[test]
    fn a_file_of_objects_is_read_whole_with_all_that_it_says() {
        let line = r#"{"type":"LineString","coordinates":[[113.14,27.83],[113.145,27.835],[113.15,27.84]]}"#;
        let read = of(&[feature("\"LP-1\"", HERE), feature("2", line)]).unwrap();
        let names: Vec<_> = read.iter().map(CityObject::answer).collect();
        assert_eq!(names, ["LP-1 测试灯杆", "2 测试灯杆"]);
        assert_eq!(read[0].point, read[1].point);
        assert!(read[1].properties.contains("380") && read[1].shape.contains("LineString"));
        assert_eq!((id_of("LP-1 测试 灯杆"), id_of("LP-1")), ("LP-1", "LP-1"));
    }

    #[test]
    fn every_bad_feature_is_named_by_its_number_and_then_nothing_counts() {
        let faults = of(&[
            feature("\"LP-1\"", HERE),
            feature("\"LP 2\"", HERE),
            feature("\"LP-1\"", HERE),
            feature("\"LP-4\"", r#"{"type":"Point","coordinates":[27.835,113.145]}"#),
            feature("\"LP-5\"", "null"),
        ]);
        let said: Vec<_> = faults.unwrap_err().into_iter().map(|words| words.zh).collect();
        let begins =
            ["第 2 个：code 没有", "第 3 个：编号前面", "第 4 个：不在本市", "第 5 个：没有能用的形状"];
        assert_eq!(said.len(), begins.len(), "{said:?}");
        assert!(said.iter().zip(begins).all(|(said, begin)| said.starts_with(begin)), "{said:?}");
        assert!(of(&[]).is_err());
        let many: Vec<String> = (0..50).map(|_| feature("\"\"", HERE)).collect();
        assert_eq!(of(&many).unwrap_err().len(), FAULTS_MAX);
    }
}
