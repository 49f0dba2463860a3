//! What the API says and takes, each described by the code that reads and writes it: a model is declared once, and from
//! that come the type, how it is read and written, and its schema in the OpenAPI document.

use duban_domain::{
    Stamp,
    case::{ActorKind, Outcome, Phase, Way},
    request::{Channel, Kind, Privacy, Urgency},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::{Map, Value, json};

/// A type that the document can describe.
pub(crate) trait Typed {
    /// Whether a field of it may be left out, or is null.
    const OPTIONAL: bool = false;
    /// Its schema.
    fn schema() -> Value;
}

impl Typed for String {
    fn schema() -> Value {
        json!({"type": "string"})
    }
}

impl Typed for i64 {
    fn schema() -> Value {
        json!({"type": "integer"})
    }
}

impl Typed for f64 {
    fn schema() -> Value {
        json!({"type": "number"})
    }
}

impl Typed for bool {
    fn schema() -> Value {
        json!({"type": "boolean"})
    }
}

impl<T: Typed> Typed for Vec<T> {
    fn schema() -> Value {
        json!({"type": "array", "items": T::schema()})
    }
}

impl<T: Typed> Typed for Option<T> {
    const OPTIONAL: bool = true;
    fn schema() -> Value {
        json!({"anyOf": [T::schema(), {"type": "null"}]})
    }
}

/// An instant as RFC 3339 writes it, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct At(pub(crate) Stamp);

impl Serialize for At {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0.timestamp())
    }
}

impl<'de> Deserialize<'de> for At {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let at: jiff::Timestamp = text.parse().map_err(D::Error::custom)?;
        Ok(Self(at.into()))
    }
}

impl Typed for At {
    fn schema() -> Value {
        json!({"type": "string", "format": "date-time"})
    }
}

/// A member of a closed set, by its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key<T>(pub(crate) T);

/// A closed set whose members have keys.
pub(crate) trait Keyed: Copy + 'static {
    fn every() -> &'static [Self];
    fn word(self) -> &'static str;
}

macro_rules! keyed {
    ($($name:ident)*) => {$(
        impl Keyed for $name {
            fn every() -> &'static [Self] {
                Self::ALL
            }
            fn word(self) -> &'static str {
                self.key()
            }
        }
    )*};
}
keyed!(ActorKind Channel Kind Outcome Phase Privacy Urgency Way);

impl<T: Keyed> Serialize for Key<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.0.word())
    }
}

impl<'de, T: Keyed> Deserialize<'de> for Key<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let known = || T::every().iter().map(|one| one.word()).collect::<Vec<_>>().join(", ");
        let found = T::every().iter().find(|one| one.word() == text);
        found
            .map(|one| Self(*one))
            .ok_or_else(|| D::Error::custom(format!("{text:?} is none of: {}", known())))
    }
}

impl<T: Keyed> Typed for Key<T> {
    fn schema() -> Value {
        let keys: Vec<&str> = T::every().iter().map(|one| one.word()).collect();
        json!({"type": "string", "enum": keys})
    }
}

/// A text for one field, with the description beside it. What refers to a model keeps the reference alone.
fn described(mut schema: Value, words: &str) -> Value {
    if let Some(object) = schema.as_object_mut().filter(|object| !object.contains_key("$ref")) {
        object.insert("description".to_owned(), json!(words.trim()));
    }
    schema
}

macro_rules! models {
    ($($(#[doc = $doc:literal])* $name:ident { $($(#[doc = $about:literal])* $field:ident: $type:ty,)* })*) => {
        $(
            $(#[doc = $doc])*
            #[derive(Clone, Debug, Serialize, Deserialize)]
            #[serde(deny_unknown_fields)]
            pub(crate) struct $name { $($(#[doc = $about])* pub(crate) $field: $type,)* }

            impl Typed for $name {
                fn schema() -> Value {
                    json!({"$ref": concat!("#/components/schemas/", stringify!($name))})
                }
            }
        )*

        /// The schema of every model, by its name.
        pub(crate) fn schemas() -> Map<String, Value> {
            let mut all = Map::new();
            $({
                let (mut fields, mut needed) = (Map::new(), Vec::<&str>::new());
                $(
                    fields.insert(stringify!($field).trim_start_matches("r#").to_owned(), described(<$type>::schema(), concat!($($about),*)));
                    if !<$type as Typed>::OPTIONAL {
                        needed.push(stringify!($field).trim_start_matches("r#"));
                    }
                )*
                all.insert(stringify!($name).to_owned(), json!({
                    "type": "object",
                    "description": concat!($($doc),*).trim(),
                    "properties": fields,
                    "required": needed,
                    "additionalProperties": false,
                }));
            })*
            all
        }
    };
}

models! {
    /// A page of cases.
    CaseList {
        /// The cases, in the order asked for.
        cases: Vec<CaseShort>,
        /// What `after` is for the next page; null when this was the last.
        next: Option<String>,
    }
    /// A case as lists have it.
    CaseShort {
        /// Its number: twelve digits or more.
        number: String,
        /// Its version; the ETag of the case is this number in quotes.
        version: i64,
        /// The title of its first request.
        title: String,
        /// The kind of voice that opened it.
        kind: Key<Kind>,
        /// How urgent it is.
        urgency: Key<Urgency>,
        /// The key of its category, once known.
        category: Option<String>,
        /// Where it stands.
        phase: Key<Phase>,
        /// The city's own label under the phase.
        label: Option<String>,
        /// The key of the unit that has it: the one that leads, or the centre.
        unit: String,
        /// The code of the smallest known division.
        division: Option<String>,
        /// The place in the words of the person.
        place: String,
        /// The point, when one is known.
        point: Option<Spot>,
        /// The door its first request came in by.
        channel: Key<Channel>,
        /// How many people speak of it.
        voices: i64,
        /// When the first request reached the city.
        opened_at: At,
        /// By when this round must be answered.
        due_at: At,
        /// When it was closed.
        closed_at: Option<At>,
    }
    /// A point in WGS-84 degrees.
    Spot {
        /// Longitude.
        lng: f64,
        /// Latitude.
        lat: f64,
    }
    /// A case.
    CaseWhole {
        /// What lists have of it.
        case: CaseShort,
        /// Which attempt this is; "not solved" opens the next.
        round: i64,
        /// The keys of units that help.
        assisting: Vec<String>,
        /// By when the person must hear from the unit, where the city asks for that.
        contact_due_at: Option<At>,
        /// What the unit says came of it.
        outcome: Option<Key<Outcome>>,
        /// What was said. Nobody's name and no telephone number is in this API.
        requests: Vec<Voice>,
        /// What happened, oldest first. What was erased is not there.
        history: Vec<Happened>,
        /// Photos and documents.
        attachments: Vec<Attachment>,
    }
    /// One person's request.
    Voice {
        /// Its own number.
        number: String,
        /// What was said, in full.
        text: String,
        /// The objects of the city that it is about.
        objects: Vec<Object>,
        /// The door it came in by.
        channel: Key<Channel>,
        /// Who may know the person.
        privacy: Key<Privacy>,
        /// When it reached the city.
        received_at: At,
    }
    /// An object of the city, such as a lamp post.
    Object {
        /// The key of its layer.
        layer: String,
        /// Its id in the register that it comes from.
        id: String,
        /// What it was called; may be empty.
        name: String,
    }
    /// One fact of the history.
    Happened {
        /// What, in one word.
        what: String,
        /// When.
        at: At,
        /// Who: what sort.
        by: Key<ActorKind>,
        /// The name of the member of staff or system; empty for residents.
        name: String,
        /// The unit they acted for.
        unit: Option<String>,
    }
    /// A photo or document.
    Attachment {
        /// Its id, under `/api/v1/cases/{number}/attachments/`.
        id: String,
        /// Its name.
        name: String,
        /// Its type, as its bytes say.
        mime: String,
        /// Bytes.
        size: i64,
    }
    /// A request that is handed in.
    NewCase {
        /// What is said, in full.
        text: String,
        /// One line; made from the text when left out.
        title: Option<String>,
        /// The kind of voice, when it is known.
        kind: Option<Key<Kind>>,
        /// The door that the person came in by there; left out: `platform`.
        channel: Option<Key<Channel>>,
        /// The key of a category that is not retired.
        category: Option<String>,
        /// Where, in words.
        place: Option<String>,
        /// The code of a division.
        division: Option<String>,
        /// Where, as a point.
        point: Option<Spot>,
        /// Who may know the person; left out: `contact` with a telephone or mail, else `anonymous`.
        privacy: Option<Key<Privacy>>,
        /// What to call the person.
        name: Option<String>,
        /// Their telephone.
        phone: Option<String>,
        /// Their mail.
        mail: Option<String>,
    }
    /// What was taken in.
    Created {
        /// The number of the case.
        number: String,
        /// Where it is.
        href: String,
    }
    /// A case after a step.
    Stepped {
        /// The number of the case.
        number: String,
        /// Its version now; the ETag.
        version: i64,
        /// Where it stands now.
        phase: Key<Phase>,
    }
    /// Which unit takes it.
    Dispatch {
        /// The key of the unit that leads.
        unit: String,
        /// The keys of units that help.
        assisting: Option<Vec<String>>,
        /// Why; may be left out when the catalogue's proposal is followed.
        reason: Option<String>,
    }
    /// How the person was contacted.
    Contact {
        /// By which way.
        way: Key<Way>,
        /// What came of it.
        note: String,
    }
    /// A file that proves something.
    Proof {
        /// Its name; what it is told by is its content.
        name: String,
        /// Its bytes, in base64 (RFC 4648, section 4).
        content: String,
    }
    /// What came of it.
    Answer {
        /// As the unit says.
        outcome: Key<Outcome>,
        /// What the person reads.
        public: String,
        /// What stays inside.
        internal: Option<String>,
        /// A proof in words.
        proof_words: Option<String>,
        /// Files that prove it: photos, videos, documents, as the city takes them; 24 MB together.
        proofs: Option<Vec<Proof>>,
        /// Why the person was not contacted.
        no_contact: Option<String>,
    }
    /// A note inside the case.
    Note {
        /// Its words.
        text: String,
    }
    /// A label of the city.
    Label {
        /// Its key; null takes the label off.
        label: Option<String>,
    }
    /// Another category, kind or urgency.
    Classify {
        /// The key of the category.
        category: Option<String>,
        /// The kind.
        kind: Key<Kind>,
        /// The urgency.
        urgency: Key<Urgency>,
        /// Why.
        reason: Option<String>,
    }
    /// The units of the city.
    UnitList {
        /// In the order of the pack.
        units: Vec<UnitShort>,
    }
    /// A unit.
    UnitShort {
        /// Its key.
        key: String,
        /// Its name in the language asked for.
        name: String,
        /// The unit above it.
        parent: Option<String>,
        /// The division it is in charge of or sits in.
        division: Option<String>,
        /// Whether it takes no case any more.
        closed: bool,
    }
    /// The categories of the city.
    CategoryList {
        /// In the order of the pack.
        categories: Vec<CategoryShort>,
    }
    /// A category.
    CategoryShort {
        /// Its key: it says where it belongs.
        key: String,
        /// Its name in the language asked for.
        name: String,
        /// The category above.
        parent: Option<String>,
        /// Whether no new case gets it.
        retired: bool,
    }
    /// The figures of a period within reach.
    FigureList {
        /// The first day.
        from: String,
        /// The last day.
        to: String,
        /// All of them.
        figures: Vec<FigureShort>,
    }
    /// One figure.
    FigureShort {
        /// Its key, as the worklist's filter `figure` has it.
        key: String,
        /// How many.
        value: i64,
    }
    /// News of a case, as the live feed tells it.
    NewsShort {
        /// What happened, in one word.
        kind: String,
        /// The number of the case.
        number: String,
        /// Where it stands now.
        phase: Key<Phase>,
    }
    /// Why something was not done (RFC 9457).
    Problem {
        /// A relative address whose fragment is the name of the problem; stable.
        r#type: String,
        /// The name, as people say it.
        title: String,
        /// The status.
        status: i64,
        /// What happened, and what to do next.
        detail: String,
        /// The reference that is in the log of the server too.
        instance: String,
        /// The field that it is about.
        field: Option<String>,
    }
}
