//! One row of a file as a matter that Duban can take in: the judging of every cell.
//!
//! Pure. What the city is called by others (divisions, categories) comes in as [`Known`]; opening a
//! case and writing it is [`super::run()`]'s.

use std::{borrow::Cow, collections::HashMap};

use duban_domain::{
    Stamp,
    person::{Person, Phone},
    place::{self, Bounds, PlaceFault, Point},
    request::{Channel, Kind, Place, Privacy, Urgency},
    stamp::DAY_MS,
    text::{self, LINE_MAX, TEXT_MAX},
};
use jiff::tz::TimeZone;

use super::{
    ImportError,
    mapping::{Field, Mapping},
    reader::{Row, Table},
    reason::{Reason, Warning},
    time::{FIRST_DAY, When, days_later, of_serial},
};
use crate::keys;

/// The longest number of a source that is kept as it is; a longer one becomes its digest.
const ID_MAX: usize = 100;
/// What stands for an answer that the source did not record.
const NO_ANSWER: &str = "（原系统没有记录答复内容）";

/// What a city has names for, and the instant that "future" is reckoned from.
#[derive(Clone, Debug)]
pub struct Known {
    /// The city's zone, for times without one.
    pub zone: TimeZone,
    /// The city's box.
    pub bounds: Bounds,
    /// Category keys by key and by name, at any level.
    pub categories: HashMap<String, String>,
    /// Division codes by code and by name.
    pub divisions: HashMap<String, String>,
    /// This instant.
    pub now: Stamp,
}

/// A matter as it comes in (待导入诉求).
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
    /// The key that it is taken in by once.
    pub source_key: String,
    /// One line.
    pub title: String,
    /// What was said.
    pub text: String,
    /// When it reached the source.
    pub received_at: Stamp,
    /// The source wrote only the day of some time.
    pub day_only: bool,
    /// The kind of voice, when the source says it.
    pub kind: Option<Kind>,
    /// The urgency, when the source says it.
    pub urgency: Option<Urgency>,
    /// The door.
    pub channel: Channel,
    /// Where.
    pub place: Place,
    /// The category of the city, when the source's word is one of its names.
    pub category: Option<String>,
    /// The source's word, when the city has no such category.
    pub category_word: Option<String>,
    /// Who may know the person.
    pub privacy: Privacy,
    /// The person, when the source names one.
    pub person: Option<Person>,
    /// The answer and its time; never before receipt.
    pub answer: Option<(String, Stamp)>,
    /// What was odd.
    pub warnings: Vec<Warning>,
}

/// Where each field stands in one file.
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    mapping: &'a Mapping,
    places: HashMap<Field, Vec<usize>>,
    skips: Vec<(usize, &'a [String])>,
    serials: bool,
}

impl<'a> Plan<'a> {
    /// Finds the columns of the mapping in a file; all must be there, each once.
    pub fn new(mapping: &'a Mapping, table: &Table) -> Result<Self, ImportError> {
        let find = |header: &str| {
            let header = header.trim();
            let mut found = table.headers.iter().enumerate().filter(|(_, h)| *h == header).map(|(at, _)| at);
            match (found.next(), found.next()) {
                (Some(at), None) => Ok(at),
                (None, _) => Err(format!(
                    "it has no column {header:?}; its columns are: {}. Mend the mapping, or take the line out of it",
                    table.headers.join(", ")
                )),
                (Some(_), Some(_)) => {
                    Err(format!("it has the column {header:?} twice; give one of them another name"))
                }
            }
        };
        let wrong = |why| ImportError::NoTable { path: table.path.clone(), why };
        let mut places = HashMap::new();
        for (field, column) in &mapping.columns {
            let at: Result<Vec<usize>, String> = column.headers().iter().map(|h| find(h)).collect();
            places.insert(*field, at.map_err(wrong)?);
        }
        let skips: Result<Vec<_>, String> =
            mapping.skip_when.iter().map(|skip| Ok((find(&skip.column)?, skip.is.as_slice()))).collect();
        let serials = table.is_workbook();
        Ok(Self { mapping, places, skips: skips.map_err(wrong)?, serials })
    }

    /// Whether the row is empty or one that the mapping passes over.
    #[must_use]
    pub fn skips(&self, row: &Row) -> bool {
        let cell = |at: usize| row.cells.get(at).map_or("", |cell| cell.trim());
        row.is_empty()
            || row.fault.is_none()
                && self.skips.iter().any(|(at, words)| words.iter().any(|word| word.trim() == cell(*at)))
    }

    /// Reads a row as a matter.
    pub fn read(&self, row: &Row, known: &Known) -> Result<Incoming, Reason> {
        if let Some(fault) = &row.fault {
            return Err(fault.clone());
        }
        Reading { plan: self, row, known, warnings: Vec::new(), day_only: false }.incoming()
    }
}

/// One row being read, with what was odd so far.
struct Reading<'a> {
    plan: &'a Plan<'a>,
    row: &'a Row,
    known: &'a Known,
    warnings: Vec<Warning>,
    day_only: bool,
}

impl Reading<'_> {
    fn incoming(mut self) -> Result<Incoming, Reason> {
        let (title, text) = self.said()?;
        let received_at = self.received()?;
        let answer = self.answer(received_at)?;
        let place = self.place()?;
        let (category, category_word) = self.category();
        let person = self.person();
        let kind = self.one_of(Field::Kind, Kind::ALL, Kind::key, Kind::word, Kind::from_key);
        let urgency =
            self.one_of(Field::Urgency, Urgency::ALL, Urgency::key, Urgency::word, Urgency::from_key);
        let channel = self
            .one_of(Field::Channel, Channel::ALL, Channel::key, Channel::word, Channel::from_key)
            .unwrap_or(Channel::Other);
        let wanted =
            self.one_of(Field::Privacy, Privacy::ALL, Privacy::key, Privacy::word, Privacy::from_key);
        Ok(Incoming {
            source_key: self.source_key(),
            title,
            text,
            received_at,
            day_only: self.day_only,
            kind,
            urgency,
            channel,
            place,
            category,
            category_word,
            privacy: privacy(wanted, person.as_ref()),
            person,
            answer,
            warnings: self.warnings,
        })
    }

    /// What the columns of a field say; empty when there is no such column.
    fn raw(&self, field: Field) -> Cow<'_, str> {
        let cell = |at: &usize| self.row.cells.get(*at).map_or("", |cell| unquoted(cell.trim()));
        match self.plan.places.get(&field).map(Vec::as_slice) {
            None | Some([]) => Cow::Borrowed(""),
            Some([one]) => Cow::Borrowed(cell(one)),
            Some(several) => Cow::Owned(
                several
                    .iter()
                    .map(cell)
                    .filter(|cell| !cell.is_empty())
                    .collect::<Vec<_>>()
                    .join(field.joint()),
            ),
        }
    }

    /// The same with the words of the mapping put in, and its default for an empty one.
    fn word(&self, field: Field) -> String {
        let raw = self.raw(field);
        if raw.is_empty() {
            return self.plan.mapping.default.get(&field).cloned().unwrap_or_default();
        }
        self.named(field, &raw).map_or_else(|| raw.to_string(), str::to_owned)
    }

    /// What the mapping says that a word means.
    fn named(&self, field: Field, word: &str) -> Option<&str> {
        self.plan.mapping.values.get(&field)?.get(&word.to_lowercase()).map(String::as_str)
    }

    fn bounded(&self, field: Field, max: usize) -> Result<String, Reason> {
        text::optional(field.key(), &self.word(field), max).map_err(|_| Reason::TooLong(field, max))
    }

    /// Title and text; each makes up for the other, and nothing of a long title is lost.
    fn said(&self) -> Result<(String, String), Reason> {
        let title = self.bounded(Field::Title, TEXT_MAX)?.replace('\n', " ");
        let said = self.bounded(Field::Text, TEXT_MAX)?;
        match (title.is_empty(), said.is_empty()) {
            (true, true) => Err(Reason::NoText),
            (true, false) => Ok((text::title_of(&said), said)),
            (false, true) => Ok((text::shorten(&title, LINE_MAX), title)),
            (false, false) if title.chars().count() > LINE_MAX => {
                let whole = text::required("text", &format!("{title}\n{said}"), TEXT_MAX)
                    .map_err(|_| Reason::TooLong(Field::Text, TEXT_MAX))?;
                Ok((text::shorten(&title, LINE_MAX), whole))
            }
            (false, false) => Ok((title, said)),
        }
    }

    fn zone(&self) -> &TimeZone {
        self.plan.mapping.zone.as_ref().unwrap_or(&self.known.zone)
    }

    fn time(&self, field: Field) -> Result<Option<When>, Reason> {
        let raw = self.raw(field);
        if raw.is_empty() {
            return Ok(None);
        }
        let serial = self.plan.serials.then(|| raw.parse().ok().and_then(of_serial)).flatten();
        let when = self.plan.mapping.times.read(serial.as_deref().unwrap_or(&raw), self.zone());
        let when = when.ok_or_else(|| Reason::BadTime(field, text::shorten(&raw, 40)))?;
        let first = Stamp::start_of(FIRST_DAY, &TimeZone::UTC);
        if when.at < first || when.at > self.known.now.plus_ms(DAY_MS) {
            return Err(Reason::Unlikely(field, text::shorten(&raw, 40)));
        }
        Ok(Some(when))
    }

    fn received(&mut self) -> Result<Stamp, Reason> {
        let when = self.time(Field::Received)?.ok_or(Reason::NoTime)?;
        self.day_only |= when.day_only;
        Ok(when.at)
    }

    /// The answer with its time. A time without words is an answer that was not recorded; words
    /// without a time are left out, because a rate needs the time.
    fn answer(&mut self, received: Stamp) -> Result<Option<(String, Stamp)>, Reason> {
        let words = self.bounded(Field::Answer, TEXT_MAX)?;
        let at = match self.time(Field::Answered)? {
            Some(when)
                if when.day_only
                    && when.at < received
                    && when.at.date(self.zone()) == received.date(self.zone()) =>
            {
                self.day_only = true;
                Some(received)
            }
            Some(when) => {
                self.day_only |= when.day_only;
                Some(when.at)
            }
            None => self.days(received)?,
        };
        let Some(at) = at else {
            let said = !self.raw(Field::Answer).is_empty();
            self.warnings.extend(said.then_some(Warning::AnswerWithoutTime));
            return Ok(None);
        };
        if at < received {
            self.warnings.push(Warning::AnsweredBefore);
        }
        let words = if words.is_empty() { NO_ANSWER.to_owned() } else { words };
        Ok(Some((words, at.max(received))))
    }

    fn days(&self, received: Stamp) -> Result<Option<Stamp>, Reason> {
        let raw = self.raw(Field::DaysToAnswer);
        if raw.is_empty() {
            return Ok(None);
        }
        let bad = || Reason::BadDays(text::shorten(&raw, 40));
        let days: i64 = raw.parse().ok().filter(|days| (0..=36_500).contains(days)).ok_or_else(bad)?;
        let at = days_later(received, days, self.zone()).ok_or_else(bad)?;
        if at > self.known.now.plus_ms(DAY_MS) {
            return Err(Reason::Unlikely(Field::DaysToAnswer, raw.into_owned()));
        }
        Ok(Some(at))
    }

    fn place(&mut self) -> Result<Place, Reason> {
        let mut words = self.bounded(Field::Place, LINE_MAX)?.replace('\n', " ");
        let named = self.word(Field::Division);
        let division = self.known.divisions.get(&named).cloned();
        if division.is_none() && !named.is_empty() {
            if !words.contains(&named) && words.chars().count() + named.chars().count() < LINE_MAX {
                words = format!("{named} {words}").trim_end().to_owned();
            }
            self.warnings.push(Warning::UnknownDivision(text::shorten(&named, 40)));
        }
        let point = self.point().unwrap_or_else(|fault| {
            self.warnings.push(Warning::Place(fault));
            None
        });
        Ok(Place { words, division, point })
    }

    fn point(&self) -> Result<Option<Point>, PlaceFault> {
        let (lng, lat) = (self.raw(Field::Lng), self.raw(Field::Lat));
        if lng.is_empty() && lat.is_empty() {
            return Ok(None);
        }
        let number = |text: &str| text.parse::<f64>().map_err(|_| PlaceFault::NotANumber);
        let (lng, lat) = (number(&lng)?, number(&lat)?);
        // What is odd is judged as it was written: a shift would make zero and whole degrees unrecognisable.
        let crs = self.plan.mapping.crs;
        if let Err(fault @ (PlaceFault::Zero | PlaceFault::WholeDegrees | PlaceFault::NotANumber)) =
            place::judge(lng, lat, &self.known.bounds)
        {
            return Err(fault);
        }
        let (lng, lat) = crs.to_wgs84(lng, lat);
        place::judge(lng, lat, &self.known.bounds).map(Some)
    }

    fn category(&self) -> (Option<String>, Option<String>) {
        let word = self.word(Field::Category);
        match self.known.categories.get(&word) {
            Some(key) => (Some(key.clone()), None),
            None => (None, (!word.is_empty()).then_some(word)),
        }
    }

    fn person(&mut self) -> Option<Person> {
        let name = text::shorten(
            &text::optional("name", &self.word(Field::Name), TEXT_MAX).unwrap_or_default(),
            LINE_MAX,
        );
        let phone = Phone::parse(&self.raw(Field::Phone)).unwrap_or_else(|_| {
            self.warnings.push(Warning::BadPhone);
            None
        });
        (!name.is_empty() || phone.is_some()).then_some(Person { name, phone, ..Person::default() })
    }

    /// A member of a closed set: named by the mapping, or written as Duban writes it.
    fn one_of<T: Copy>(
        &mut self,
        field: Field,
        all: &[T],
        key: fn(T) -> &'static str,
        word: fn(T, duban_domain::Lang) -> &'static str,
        from_key: fn(&str) -> Option<T>,
    ) -> Option<T> {
        use duban_domain::Lang::{En, Zh};
        let said = self.word(field);
        let found = all.iter().copied().find(|&member| {
            said == key(member) || said == word(member, Zh) || said.eq_ignore_ascii_case(word(member, En))
        });
        let found = found.or_else(|| from_key(self.named(field, "*").filter(|_| !said.is_empty())?));
        if found.is_none() && !said.is_empty() {
            self.warnings.push(Warning::UnknownWord(field, text::shorten(&said, 40)));
        }
        found.or_else(|| from_key(self.plan.mapping.default.get(&field)?))
    }

    fn source_key(&self) -> String {
        let id: String = self.raw(Field::Id).chars().filter(|c| !c.is_control()).collect();
        let digest = |text: &str| format!("~{}", &keys::hex(&keys::hash(text.as_bytes()))[..32]);
        let id = match id.chars().count() {
            0 => digest(&content(self.row)),
            1..=ID_MAX => id,
            _ => digest(&id),
        };
        format!("import:{}:{id}", self.plan.mapping.source)
    }
}

/// All cells of a row as one text: what makes two rows the same.
pub(super) fn content(row: &Row) -> String {
    row.cells.iter().map(|cell| cell.trim()).collect::<Vec<_>>().join("\u{1f}")
}

/// Takes away the mark that our own rejects file puts before a cell that a workbook would run.
fn unquoted(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@'])).unwrap_or(cell)
}

/// Who cannot be called is not one who may be; who left nothing is anonymous.
fn privacy(wanted: Option<Privacy>, person: Option<&Person>) -> Privacy {
    match person {
        None => Privacy::Anonymous,
        Some(Person { phone: None, .. }) if wanted != Some(Privacy::Anonymous) => Privacy::Confidential,
        Some(_) => wanted.unwrap_or(Privacy::Contact),
    }
}
