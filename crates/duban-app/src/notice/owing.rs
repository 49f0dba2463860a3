//! Owing: a notice is written into the ledger in the transaction of what causes it.

use duban_domain::{
    Lang, StaffId, Stamp,
    case::{Case, What},
    notice::{
        NoticeChannel, NoticeKind, NoticeState, NoticeText, NoticeVar, Values, Whom, cannot_wait, owed,
    },
    person::{Mail, Phone},
    request::Request,
    stamp::DAY_MS,
};
use duban_store::{NoticeRow, WriteTx};

use super::{
    NO_GATEWAY, TOO_MANY, compose,
    person::{self, Way},
    staff,
};
use crate::{App, wiring::Result};

/// The place that an address and a text are sealed for.
pub(super) const ADDRESS: &str = "notice.address";
pub(super) const BODY: &str = "notice.body";
/// How many notices one address gets in a day before somebody has to look.
const DAILY_MAX: i64 = 40;

/// Whom a notice is for.
#[derive(Clone, Debug)]
pub enum To<'a> {
    /// The person of a request, by every way they left and want.
    Person(&'a Request),
    /// A unit: its page, its mailbox, and those of its members who are to be mailed.
    Unit(&'a str),
    /// One member of staff.
    Staff(StaffId),
    /// The mailbox of one member of staff, and nothing on their page.
    Reader(StaffId, Lang),
    /// A telephone, whoever has it.
    Phone(&'a Phone, Lang),
    /// A mailbox, whoever reads it.
    Mail(&'a Mail, Lang),
}

/// A notice that somebody is owed.
#[derive(Clone, Debug)]
pub struct Notice<'a> {
    /// What about.
    pub kind: NoticeKind,
    /// To whom.
    pub to: To<'a>,
    /// The case it is about; number, title, unit and deadline in the text come from it.
    pub case: Option<&'a Case>,
    /// What else the text may hold, such as the question or the code.
    pub values: Values,
}

/// Owes a notice, in the transaction of what causes it; how many messages it makes. None is not an
/// error: the person may be anonymous, want nothing, or the city may have no text for it.
pub fn owe(app: &App, tx: &mut WriteTx<'_>, notice: &Notice<'_>, now: Stamp) -> Result<usize> {
    let Some(text) = compose::text_of(app, tx, notice.kind)? else { return Ok(0) };
    let owing = Owing { app, notice, text, now };
    match &notice.to {
        To::Person(request) => {
            let (ways, lang) = person::ways(app, tx, request)?;
            owing.each(tx, &ways, Some(request), &Whose::default(), lang)
        }
        To::Phone(phone, lang) => {
            owing.each(tx, &[person::to_phone(&app.keys, phone)], None, &Whose::default(), *lang)
        }
        To::Mail(mail, lang) => {
            owing.each(tx, &[person::to_mail(&app.keys, mail)], None, &Whose::default(), *lang)
        }
        To::Unit(unit) => {
            let page = Way { channel: NoticeChannel::Page, address: String::new(), contact: Vec::new() };
            let whose = Whose { unit: Some((*unit).to_owned()), staff: None };
            let mut sent = owing.each(tx, &[page], None, &whose, Lang::Zh)?;
            for (whose, way) in staff::of_unit(app, tx, unit, notice.kind)? {
                sent += owing.each(tx, &[way], None, &whose, Lang::Zh)?;
            }
            Ok(sent)
        }
        To::Staff(id) => {
            let page = Way { channel: NoticeChannel::Page, address: String::new(), contact: Vec::new() };
            let whose = Whose { unit: None, staff: Some(*id) };
            let mail = staff::of_member(app, tx, *id, notice.kind)?;
            let ways: Vec<Way> = std::iter::once(page).chain(mail).collect();
            owing.each(tx, &ways, None, &whose, Lang::Zh)
        }
        To::Reader(id, lang) => {
            let whose = Whose { unit: None, staff: Some(*id) };
            let mail = staff::of_member(app, tx, *id, notice.kind)?;
            owing.each(tx, mail.as_slice(), None, &whose, *lang)
        }
    }
}

/// Owes what follows from a decision about a case. Called where events are recorded, and nowhere else.
pub(crate) fn owe_for(
    app: &App,
    tx: &mut WriteTx<'_>,
    after: &Case,
    happened: &[What],
    now: Stamp,
) -> Result<()> {
    for due in owed(happened, after) {
        let said = if due.kind == NoticeKind::Question { NoticeVar::Question } else { NoticeVar::Reason };
        let values = Values::from([(said, due.reason.clone())]);
        let (ids, but) = match &due.whom {
            Whom::Unit(unit) => {
                let notice = Notice { kind: due.kind, to: To::Unit(unit), case: Some(after), values };
                owe(app, tx, &notice, now)?;
                continue;
            }
            Whom::Staff(id) => {
                let notice = Notice { kind: due.kind, to: To::Staff(*id), case: Some(after), values };
                owe(app, tx, &notice, now)?;
                continue;
            }
            Whom::Persons => (after.requests.clone(), None),
            Whom::PersonsBut(who) => (after.requests.clone(), Some(*who)),
            Whom::Person(id) => (vec![*id], None),
        };
        for request in person::requests(tx, &ids, but)? {
            let to = To::Person(&request);
            owe(app, tx, &Notice { kind: due.kind, to, case: Some(after), values: values.clone() }, now)?;
        }
    }
    Ok(())
}

/// Whose mailbox or page it is, when it is no resident's.
#[derive(Clone, Debug, Default)]
pub(super) struct Whose {
    pub(super) unit: Option<String>,
    pub(super) staff: Option<StaffId>,
}

struct Owing<'a> {
    app: &'a App,
    notice: &'a Notice<'a>,
    text: NoticeText,
    now: Stamp,
}

impl Owing<'_> {
    fn each(
        &self,
        tx: &mut WriteTx<'_>,
        ways: &[Way],
        request: Option<&Request>,
        whose: &Whose,
        lang: Lang,
    ) -> Result<usize> {
        if ways.is_empty() {
            return Ok(0);
        }
        let values = self.values(tx, request, lang)?;
        let mut sent = 0;
        for way in ways {
            let Some(said) = compose::say(&self.text, self.notice.kind, way.channel, lang, &values) else {
                continue;
            };
            let body =
                serde_json::to_string(&said).map_err(|_| crate::AppError::Broken("writing a notice"))?;
            let mut row = self.row(way, request, whose, lang, &body)?;
            self.judge(tx, way, &mut row)?;
            tx.insert_notice(&row)?;
            sent += 1;
        }
        Ok(sent)
    }

    fn values(&self, tx: &mut WriteTx<'_>, request: Option<&Request>, lang: Lang) -> Result<Values> {
        let (app, kind) = (self.app, self.notice.kind);
        let mut values = match self.notice.case {
            Some(case) => compose::of_case(app, tx, case, request, lang, self.now)?,
            None => compose::of_city(app, lang),
        };
        if let Some(case) = self.notice.case.filter(|_| kind.vars().contains(&NoticeVar::Answer)) {
            values.insert(NoticeVar::Answer, compose::answer(tx, case)?);
        }
        values.extend(self.notice.values.clone());
        Ok(values)
    }

    fn row(
        &self,
        way: &Way,
        request: Option<&Request>,
        whose: &Whose,
        lang: Lang,
        body: &str,
    ) -> Result<NoticeRow> {
        let app = self.app;
        let on_page = way.channel == NoticeChannel::Page;
        Ok(NoticeRow {
            id: app.notice_id(),
            channel: way.channel,
            kind: self.notice.kind,
            lang: lang_code(lang),
            case: self.notice.case.map(|case| case.id),
            request: request.map(|request| request.id),
            staff: whose.staff,
            unit: whose.unit.clone(),
            contact: way.contact.clone(),
            address: app.keys.seal(ADDRESS, &way.address, &*app.entropy)?,
            body: app.keys.seal(BODY, body, &*app.entropy)?,
            state: if on_page { NoticeState::Sent } else { NoticeState::Queued },
            reason: String::new(),
            attempts: 0,
            created_at: self.now,
            run_at: self.hour(way.channel),
            sent_at: on_page.then_some(self.now),
        })
    }

    /// Not in quiet hours, unless somebody waits for it or must know.
    fn hour(&self, channel: NoticeChannel) -> Stamp {
        let kind = self.notice.kind;
        let quiet = self.app.city.notices.quiet.filter(|_| channel != NoticeChannel::Page && kind.waits());
        let quiet = quiet.filter(|_| !self.notice.case.is_some_and(|case| cannot_wait(kind, case)));
        quiet.map_or(self.now, |quiet| quiet.after(self.now, &self.app.city.zone))
    }

    /// Whether it can go out at all; a notice that cannot stands in the ledger with the reason.
    fn judge(&self, tx: &mut WriteTx<'_>, way: &Way, row: &mut NoticeRow) -> Result<()> {
        if way.channel == NoticeChannel::Page {
            return Ok(());
        }
        let reason = if self.app.gateways.of(way.channel).is_none() {
            NO_GATEWAY
        } else if row.staff.is_none()
            && row.unit.is_none()
            && tx.notices_to(&way.contact, None, self.now.plus_ms(-DAY_MS))? >= DAILY_MAX
        {
            TOO_MANY
        } else {
            return Ok(());
        };
        row.state = NoticeState::Held;
        reason.clone_into(&mut row.reason);
        Ok(())
    }
}

/// The sealed address and text of a notice that was forgotten.
pub(crate) fn forgotten(app: &App) -> Result<(Vec<u8>, Vec<u8>)> {
    let body = serde_json::to_string(&compose::Said::default())
        .map_err(|_| crate::AppError::Broken("forgetting a notice"))?;
    Ok((app.keys.seal(ADDRESS, "", &*app.entropy)?, app.keys.seal(BODY, &body, &*app.entropy)?))
}

/// The number that tables have for a language.
pub(crate) fn lang_code(lang: Lang) -> i64 {
    match lang {
        Lang::Zh => 1,
        Lang::En => 2,
    }
}

/// The language of a number; what is not known is Chinese.
pub(crate) fn lang_of(code: i64) -> Lang {
    if code == 2 { Lang::En } else { Lang::Zh }
}
