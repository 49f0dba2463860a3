//! From the resident's form to a registered matter, or to what is wrong in which field.

use duban_app::{
    App, AppError,
    case::register::{self, Intake},
    media::NewMedia,
    resident::access,
};
use duban_domain::{
    Lang, Number, Refusal,
    case::{Consent, Wish},
    city::City,
    person::{Mail, Person, Phone},
    place::{Point, judge},
    question::Given,
    request::{Channel, Place, Privacy},
    sensitive::{self, Sign},
    text,
};

use super::{Fault, report::proposal};
use crate::{
    frame::{Fields, error::upload_words},
    questions,
};

/// The fields as they were typed; they go back onto the page when something is wrong.
#[derive(Clone, Debug, Default)]
pub(super) struct Typed {
    pub(super) nonce: String,
    pub(super) text: String,
    pub(super) way: String,
    pub(super) place: String,
    pub(super) division: String,
    pub(super) lng: String,
    pub(super) lat: String,
    pub(super) privacy: String,
    pub(super) name: String,
    pub(super) phone: String,
    pub(super) secret_name: String,
    pub(super) secret_phone: String,
    /// What others may see.
    pub(super) share: String,
    /// Set once the person has seen what is masked.
    pub(super) masked: String,
    pub(super) mail: String,
    pub(super) secret_mail: String,
    /// The category whose questions the form showed, and what was answered.
    pub(super) asked: String,
    pub(super) given: Given,
}

/// What a resident gets for it: the number, and the pass for this browser.
pub(super) struct Handed {
    pub(super) number: Number,
    pub(super) pass: String,
    /// Whether the form asked what the kind of matter asks.
    pub(super) asked: bool,
}

impl Typed {
    pub(super) fn of(fields: &Fields) -> Self {
        let get = |name| fields.get(name).to_owned();
        Self {
            nonce: get("form"),
            text: get("text"),
            way: get("where"),
            place: get("place"),
            division: get("division"),
            lng: get("lng"),
            lat: get("lat"),
            privacy: get("privacy"),
            name: get("name"),
            phone: get("phone"),
            secret_name: get("secret-name"),
            secret_phone: get("secret-phone"),
            share: get("share"),
            masked: get("masked"),
            mail: get("mail"),
            secret_mail: get("secret-mail"),
            asked: get("asked"),
            given: questions::given(fields),
        }
    }

    /// The form as an intake, or everything that is wrong with it at once.
    pub(super) fn intake(&self, city: &City, media: Vec<NewMedia>, lang: Lang) -> Result<Intake, Vec<Fault>> {
        let mut faults = Vec::new();
        if let Err(refusal) = text::required("text", &self.text, text::TEXT_MAX) {
            faults.push(Fault::new(
                "text",
                match refusal {
                    Refusal::NeedsText(_) => lang
                        .t("请写一写是什么事，几个字就行。", "Say what it is; a few words will do.")
                        .to_owned(),
                    other => other.sentence(lang),
                },
            ));
        }
        let point = self.point(city, lang).map_err(|fault| faults.push(fault)).unwrap_or_default();
        let (privacy, person) = self
            .person(lang)
            .map_err(|fault| faults.push(fault))
            .unwrap_or((Privacy::Anonymous, Person::default()));
        faults.extend(self.gives_away(lang));
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Intake {
            channel: Channel::Web,
            kind: None,
            title: String::new(),
            text: self.text.clone(),
            place: Place {
                words: self.place.clone(),
                division: Some(self.division.clone()).filter(|d| !d.is_empty()),
                point,
            },
            privacy,
            person,
            media,
            source_key: Some(&self.nonce).filter(|n| !n.is_empty()).map(|nonce| format!("form:{nonce}")),
            wish: Wish { share: Consent::from_key(&self.share), ..Wish::default() },
        })
    }

    /// Before words become public, the person sees once what in them gives somebody away.
    fn gives_away(&self, lang: Lang) -> Option<Fault> {
        let asked = Consent::from_key(&self.share) == Some(Consent::Words) && self.masked.is_empty();
        let signs = sensitive::signs(&self.text);
        (asked && !signs.is_empty()).then(|| Fault::new("share", warning(&signs, lang)))
    }

    /// The answers, if the form showed the questions of what it is about.
    fn answers(&self, app: &App, lang: Lang) -> Result<Option<Given>, Vec<Fault>> {
        if self.asked.is_empty() {
            return Ok(None);
        }
        let category = proposal(app.now(), &app.city, self).category;
        questions::answers(&app.city, category.as_deref(), &self.asked, &self.given)
            .map_err(|wrong| wrong.iter().map(|one| Fault::new("questions", one.sentence(lang))).collect())
    }

    fn point(&self, city: &City, lang: Lang) -> Result<Option<Point>, Fault> {
        if self.lng.is_empty() && self.lat.is_empty() {
            return Ok(None);
        }
        let number = |typed: &str| typed.parse::<f64>().unwrap_or(f64::NAN);
        judge(number(&self.lng), number(&self.lat), &city.bounds).map(Some).map_err(|odd| {
            let next = lang.t(
                "。请在地图上重新点，或者清空这两格，用话说。",
                ". Tap the map again, or clear both fields and say it in words.",
            );
            Fault::new("place", format!("{}{next}", odd.word(lang)))
        })
    }

    fn person(&self, lang: Lang) -> Result<(Privacy, Person), Fault> {
        let choose = || {
            Fault::new(
                "privacy",
                lang.t(
                    "请选一种：可联系、保密，还是匿名。",
                    "Please choose: contact, confidential or anonymous.",
                ),
            )
        };
        let (privacy, name, phone, mail, at) = match Privacy::from_key(&self.privacy).ok_or_else(choose)? {
            Privacy::Anonymous => return Ok((Privacy::Anonymous, Person::default())),
            Privacy::Contact => (Privacy::Contact, &self.name, &self.phone, &self.mail, ["phone", "mail"]),
            Privacy::Confidential => {
                let at = ["secret-phone", "secret-mail"];
                (Privacy::Confidential, &self.secret_name, &self.secret_phone, &self.secret_mail, at)
            }
        };
        let phone = Phone::parse(phone).map_err(|refusal| Fault::refused(at[0], &refusal, lang))?;
        let mail = Mail::parse(mail).map_err(|refusal| Fault::refused(at[1], &refusal, lang))?;
        if phone.is_none() && mail.is_none() {
            return Err(Fault::refused(at[0], &Refusal::NeedsPhone, lang));
        }
        Ok((privacy, Person { name: name.clone(), phone, mail, lang, ..Person::default() }))
    }
}

/// What in a text gives somebody away, and what becomes of it.
pub(super) fn warning(signs: &[Sign], lang: Lang) -> String {
    let named: Vec<&str> = signs.iter().map(|sign| sign.word(lang)).collect();
    match lang {
        Lang::Zh => format!(
            "您写的里面像有{}，公开时会遮住。请看一眼遮住以后的样子；没问题就再交一次。",
            named.join("、")
        ),
        Lang::En => format!(
            "Your words seem to hold {}; it is masked in public. Look at how it reads then, and send it again.",
            named.join(", ")
        ),
    }
}

/// Hands a form in. Slow, because photos are encoded anew: call it where waiting is allowed.
pub(super) fn hand_in(
    app: &App,
    fields: &Fields,
    lang: Lang,
) -> Result<Result<Handed, Vec<Fault>>, AppError> {
    let photos = fields.media("photo", &app.city.settings).map_err(|fault| {
        let (zh, en) = upload_words(fault);
        Fault::new("photo", lang.t(&zh, &en))
    });
    let (photos, odd) = match photos {
        Ok(photos) => (photos, None),
        Err(fault) => (Vec::new(), Some(fault)),
    };
    let typed = Typed::of(fields);
    let mut faults: Vec<Fault> = odd.into_iter().collect();
    let answers = typed.answers(app, lang).map_err(|wrong| faults.extend(wrong)).unwrap_or_default();
    let mut intake = match typed.intake(&app.city, photos, lang) {
        Ok(intake) if faults.is_empty() => intake,
        Ok(_) => return Ok(Err(faults)),
        Err(mut first) => {
            first.append(&mut faults);
            return Ok(Err(first));
        }
    };
    intake.wish.answers = answers;
    match register::by_resident(app, &intake) {
        Ok(done) => Ok(Ok(Handed {
            pass: access::pass(app, done.request, app.now())?,
            number: done.number,
            asked: intake.wish.answers.is_some(),
        })),
        Err(AppError::Refused(refusal)) if refusal.field().is_some() => {
            Ok(Err(vec![Fault::refused(field_of(&refusal), &refusal, lang)]))
        }
        Err(error) => Err(error),
    }
}

/// The field of this form that a refusal is about.
fn field_of(refusal: &Refusal) -> &'static str {
    match refusal.field() {
        Some("place" | "division") => "place",
        Some("phone") => "phone",
        Some("name") => "name",
        _ => "text",
    }
}
