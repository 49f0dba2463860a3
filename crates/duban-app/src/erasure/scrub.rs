//! 抹除: takes what names its person out of one request, its case, and everything that hangs on either.
//!
//! Whoever calls this has decided that it may be done. Doing it twice changes nothing more.

use duban_domain::{
    MediaId, RequestId, Stamp,
    case::{Case, Event, What},
    erasure::{Counts, Known},
    person::{Mail, Phone},
    question::Detail,
    request::Request,
    text::title_of,
};
use duban_store::{BESIDE, Beside, ErasedRequest, ReadTx, Remark, WriteTx};

use crate::{
    App, AppError,
    case::{publish, reindex},
    letter, notice, person,
    wiring::Result,
};

/// What takes the place of a text that can only be kept or taken out.
const GONE: &str = "erased";

/// How many times the same person left something that is looked at.
const PEOPLE_MAX: i64 = 100;

/// Who is behind a request: what is known of them, and what they are found by.
#[derive(Clone, Debug, Default)]
pub(super) struct Whose {
    pub(super) known: Known,
    pub(super) phone: Option<Vec<u8>>,
    pub(super) mail: Option<Vec<u8>>,
}

impl Whose {
    /// Of a request: whatever the same telephone or mail address left elsewhere is known too. Of two that were left together
    /// only what was shown to be theirs reaches so far, or else the telephone: anybody can leave somebody else's address
    /// beside their own number.
    pub(super) fn of(app: &App, tx: &mut ReadTx<'_>, request: &Request) -> Result<Self> {
        let Some(person) = person::of(app, tx, request)? else { return Ok(Self::default()) };
        let phone = person.phone.as_ref().map(|phone: &Phone| person::phone_hash(app, phone));
        let mail = person.mail.as_ref().map(|mail: &Mail| person::mail_key(&app.keys, mail));
        let (phone, mail) = match (phone, mail) {
            (Some(phone), Some(mail)) => {
                let id = request.person.ok_or(AppError::Broken("finding who is behind a request"))?;
                match tx.confirmed(id)? {
                    (Some(_), Some(_)) => (Some(phone), Some(mail)),
                    (None, Some(_)) => (None, Some(mail)),
                    _ => (Some(phone), None),
                }
            }
            one => one,
        };
        let mut all = vec![Known::of(&person)];
        for id in tx.people_by(phone.as_deref(), mail.as_deref(), PEOPLE_MAX)? {
            all.extend(person::opened(app, tx, id)?.map(|person| Known::of(&person)));
        }
        Ok(Self { known: Known::together(all), phone, mail })
    }

    /// What notices to them are found by.
    pub(super) fn contacts(&self) -> Vec<Vec<u8>> {
        self.phone.iter().chain(&self.mail).cloned().collect()
    }
}

/// Takes the person out of one request and all that hangs on it. `whole`: also out of what is kept of them beside it. The
/// person themselves goes last of all, with [`forget`]: what they left here is looked for elsewhere until then.
pub(super) fn request(
    app: &App,
    tx: &mut WriteTx<'_>,
    id: RequestId,
    whole: bool,
    now: Stamp,
) -> Result<Counts> {
    let Some(request) = tx.request(id)? else { return Ok(Counts::default()) };
    let case = tx.case_for_update(request.case)?;
    let whose = Whose::of(app, tx, &request)?;
    let mut counts = Counts { requests: 1, people: u64::from(request.person.is_some()), ..Counts::default() };
    words(app, tx, case.as_ref(), &request, &whose.known, now)?;
    tx.end_passes_of(id)?;
    if let Some(case) = &case {
        counts.events += history(tx, case, id, &whose.known)?;
        counts.files += files(tx, case, &request)?;
        counts.texts += remarks(tx, case, &whose.known)?;
        reindex(tx, case)?;
        let shown = tx.public_row(case.id)?.map(|row| row.changed_at);
        publish::renew(app, tx, case, shown.or(case.answered_at).unwrap_or(case.round_at))?;
        if tx.erased_of(case.id)?.len() == case.requests.len() {
            tx.mark_anonymised(case.id, now)?;
        }
    }
    told(app, tx, &request, &whose, whole, &mut counts)?;
    if whole {
        counts.letters += letter::aside::forget(app, tx, &whose.known)?;
        counts.texts += beside(tx, &whose.known)?;
    }
    Ok(counts)
}

/// The last of an erasure: nobody is behind a request any more.
pub(super) fn forget(tx: &mut WriteTx<'_>, id: RequestId) -> Result<()> {
    if let Some(person) = tx.request(id)?.and_then(|request| request.person) {
        tx.remove_person(person)?;
    }
    Ok(())
}

/// The words of the request, and what the lists show of them.
fn words(
    app: &App,
    tx: &mut WriteTx<'_>,
    case: Option<&Case>,
    request: &Request,
    known: &Known,
    now: Stamp,
) -> Result<()> {
    let metres = app.city.settings.public_metres;
    let mask = |text: &str| known.mask(text);
    let (text, place) = (mask(&request.text), mask(&request.place.words));
    let title = match mask(&request.title) {
        title if title.is_empty() => title_of(&text),
        title => title,
    };
    let details: Vec<Detail> = request
        .details
        .iter()
        .map(|detail| Detail {
            question: detail.question.clone(),
            values: detail.values.iter().map(|value| mask(value)).collect(),
        })
        .collect();
    let left = ErasedRequest {
        id: request.id,
        title: &title,
        text: &text,
        place: &place,
        point: request.place.point.map(|point| point.coarse(metres)),
        details: &details,
        source_key: request.source_key.as_deref().filter(|key| known.out_of(key) == **key),
        at: now,
    };
    tx.put_erased(&left)?;
    if case.is_some_and(|case| case.requests.first() == Some(&request.id)) {
        tx.put_erased_row(request.case, &left)?;
    }
    Ok(())
}

/// Everything that was written into the history; an entry that says nothing of anybody stays as it was. Of what somebody
/// else said who is in the same case only this person goes: the rest is theirs.
fn history(tx: &mut WriteTx<'_>, case: &Case, request: RequestId, known: &Known) -> Result<u64> {
    let gone = tx.erased_of(case.id)?;
    let mut changed = 0;
    for stored in tx.events(case.id)? {
        let Some(event) = stored.event else { continue };
        let mut left = event.clone();
        let theirs = is_of_another(&event, request, &gone);
        for text in left.texts_mut() {
            *text = if theirs { known.out_of(text) } else { known.mask(text) };
        }
        if left != event {
            tx.redact_event(stored.id, &left)?;
            changed += 1;
        }
    }
    Ok(changed)
}

/// Whether an entry is of somebody else who is in the same case and not erased.
pub(super) fn is_of_another(event: &Event, request: RequestId, gone: &[(RequestId, Stamp)]) -> bool {
    event.whose().is_some_and(|whose| whose != request && gone.iter().all(|(id, _)| *id != whose))
}

/// Photos and papers: those of the request; where nobody else speaks of the case, all of it.
fn files(tx: &mut WriteTx<'_>, case: &Case, request: &Request) -> Result<u64> {
    let alone = tx.erased_of(case.id)?.len() >= case.requests.len();
    let mut added: Vec<MediaId> = Vec::new();
    for stored in tx.events(case.id)? {
        if let Some(What::Supplemented { request: whose, media, .. }) = stored.event.map(|event| event.what)
            && whose == request.id
        {
            added.extend(media);
        }
    }
    let mut gone = 0;
    for file in tx.media_of(case.id)? {
        if alone || file.request == Some(request.id) || added.contains(&file.id) {
            tx.remove_media(file.id)?;
            gone += 1;
        }
    }
    Ok(gone)
}

/// Alerts, inspections, parties of tasks and errors of other systems.
fn remarks(tx: &mut WriteTx<'_>, case: &Case, known: &Known) -> Result<u64> {
    let mut changed = 0;
    for (what, key, text) in tx.remarks(case.id)? {
        let left = match what {
            Remark::Inspection => inspected(&text, known)?,
            Remark::Reference => known.out_of(&text),
            Remark::Alert | Remark::Party | Remark::Remote => known.mask(&text),
        };
        if left != text {
            tx.put_remark(what, case.id, key, &left)?;
            changed += 1;
        }
    }
    Ok(changed)
}

/// An inspection as it is kept, with the words in it masked.
fn inspected(body: &str, known: &Known) -> Result<String> {
    const WRONG: AppError = AppError::Broken("reading an inspection");
    let mut value: serde_json::Value = serde_json::from_str(body).map_err(|_| WRONG)?;
    mask_words(&mut value, known);
    if serde_json::from_str::<serde_json::Value>(body).is_ok_and(|before| before == value) {
        return Ok(body.to_owned());
    }
    serde_json::to_string(&value).map_err(|_| WRONG)
}

fn mask_words(value: &mut serde_json::Value, known: &Known) {
    match value {
        serde_json::Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    serde_json::Value::String(text) if name == "words" => *text = known.mask(text),
                    other => mask_words(other, known),
                }
            }
        }
        serde_json::Value::Array(list) => list.iter_mut().for_each(|value| mask_words(value, known)),
        _ => {}
    }
}

/// Notices, mails and calls; and with `whole` also those of the person that are about nothing, and what they watch.
fn told(
    app: &App,
    tx: &mut WriteTx<'_>,
    request: &Request,
    whose: &Whose,
    whole: bool,
    counts: &mut Counts,
) -> Result<()> {
    let contacts = if whole { whose.contacts() } else { Vec::new() };
    for contact in &contacts {
        tx.remove_codes_of(contact)?;
    }
    for id in tx.notices_holding(request.case, request.id, &contacts)? {
        let (address, body) = notice::forgotten(app)?;
        tx.empty_notice(id, &address, &body, GONE)?;
        counts.notices += 1;
    }
    let nothing = letter::nothing(app)?;
    counts.letters += tx.empty_letters(request.case, request.id, &nothing)?;
    for call in tx.calls_holding(whose.phone.as_deref().filter(|_| whole), request.number.digits())? {
        tx.empty_call(call)?;
        noted(tx, request, call, &whose.known)?;
        counts.calls += 1;
    }
    if let Some(mail) = whose.mail.as_deref().filter(|_| whole) {
        counts.letters += tx.empty_letters_from(mail, &nothing)?;
        counts.watches += u64::try_from(tx.watch_count(mail)?).unwrap_or(0);
        tx.remove_watches_of(mail)?;
    }
    Ok(())
}

/// What staff wrote about a call.
fn noted(tx: &mut WriteTx<'_>, request: &Request, call: i64, known: &Known) -> Result<()> {
    for (note, words) in tx.call_words(call)? {
        let left = known.mask(&words);
        if left != words {
            tx.put_call_words(note, &left)?;
        }
    }
    if let Some((id, body)) = tx.call_inspection(call)? {
        let left = inspected(&body, known)?;
        if left != body {
            tx.put_remark(Remark::Inspection, request.case, id, &left)?;
        }
    }
    Ok(())
}

/// Texts of staff that lie beside cases: only what is known of the person goes, the rest is not about them.
fn beside(tx: &mut WriteTx<'_>, known: &Known) -> Result<u64> {
    let mut changed = 0;
    for which in BESIDE {
        for (key, text) in holding(tx, *which, known)? {
            let left = if which.whole { GONE.to_owned() } else { known.out_of(&text) };
            tx.put_beside(*which, key, &left)?;
            changed += 1;
        }
    }
    Ok(changed)
}

/// Rows whose text says something that is known of the person, also as an address has it.
pub(super) fn holding(tx: &mut ReadTx<'_>, which: Beside, known: &Known) -> Result<Vec<(i64, String)>> {
    let mut found: Vec<(i64, String)> = Vec::new();
    for word in known.words() {
        for form in [word.clone(), encoded(word)] {
            let rows = tx.beside(which, &format!("%{form}%"))?;
            let fits = |(key, text): &(i64, String)| {
                text.contains(form.as_str()) && !found.iter().any(|(known, _)| known == key)
            };
            let rows: Vec<_> = rows.into_iter().filter(fits).collect();
            found.extend(rows);
        }
    }
    Ok(found)
}

/// As a form sends it.
fn encoded(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'*');
    let one = |b: u8| match b {
        b' ' => "+".to_owned(),
        b if plain(b) => char::from(b).to_string(),
        b => format!("%{b:02X}"),
    };
    text.bytes().map(one).collect()
}
