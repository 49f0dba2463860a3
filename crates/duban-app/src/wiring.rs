//! What a use case stands on: the city, the store, the keys, the clock; and who asks.

use std::sync::{
    Arc, OnceLock, PoisonError, RwLock,
    atomic::{AtomicI64, Ordering},
};

use duban_domain::{
    CallId, DeliveryId, ErasureId, EventId, ExportId, JobId, KnowledgeId, Lang, MediaId, NoticeId, PersonId,
    PhraseId, RelocationId, ReportId, RequestId, SeekId, StaffId, Stamp, ViewId, WatchId, WebhookId,
    case::Ground, city::City, id, policy::Member, proof::Salt,
};
use duban_store::Store;

use crate::{
    AppError, Clock, Entropy,
    erasure::{Memory, NoMemory},
    keys::Keyring,
    notice::Gateways,
    proof::Log,
    remote::{NoWire, Wire},
    staff::KnownProvider,
    triage::InForce,
};

/// One running installation: a city on a database. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The city's rules and words, as they were when this was taken in hand: one piece of work sees
    /// one city from its beginning to its end.
    pub city: Arc<City>,
    /// The city that holds now, for all who share this installation.
    in_force: Arc<RwLock<Arc<City>>>,
    /// The database.
    pub store: Store,
    /// The keys that personal data is sealed with.
    pub keys: Arc<Keyring>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The way to other servers.
    pub wire: Arc<dyn Wire>,
    /// Whether this is a demonstration: the login page then lists its accounts.
    pub demo: bool,
    /// How messages leave the house.
    pub gateways: Gateways,
    /// Where erasures are remembered outside of the database.
    pub memory: Arc<dyn Memory>,
    /// Hosts of our own network that webhooks may post to; others are public or refused.
    pub inside: Arc<Vec<String>>,
    /// The address that people use, for links in notices; known once the server listens.
    base: Arc<OnceLock<String>>,
    /// The log that proves the past; read when it is first needed.
    pub(crate) log: Arc<OnceLock<Arc<Log>>>,
    /// The learned models that advise, for all who share this installation.
    triage: Arc<RwLock<Arc<InForce>>>,
    /// What the provider of the city's own sign-on said about itself.
    pub(crate) provider: Arc<KnownProvider>,
    /// The last id that was minted for this instant: the next is larger, so that two of one
    /// millisecond never meet.
    last: Arc<AtomicI64>,
}

impl App {
    /// Puts an installation together.
    #[must_use]
    pub fn new(
        city: Arc<City>,
        store: Store,
        keys: Arc<Keyring>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        demo: bool,
    ) -> Self {
        let (gateways, base, log, last, triage) =
            (Gateways::default(), Arc::default(), Arc::default(), Arc::default(), Arc::default());
        let (wire, memory, inside) = (Arc::new(NoWire), Arc::new(NoMemory), Arc::default());
        let in_force = Arc::new(RwLock::new(city.clone()));
        Self {
            city,
            in_force,
            store,
            keys,
            clock,
            entropy,
            wire,
            demo,
            gateways,
            memory,
            inside,
            base,
            log,
            triage,
            provider: Arc::default(),
            last,
        }
    }

    /// The same installation with the city that holds now: asked for at the beginning of each piece of
    /// work, a page or a job.
    #[must_use]
    pub fn at_hand(&self) -> Self {
        let city = self.in_force.read().unwrap_or_else(PoisonError::into_inner).clone();
        Self { city, ..self.clone() }
    }

    /// From now on this city holds, for every piece of work that begins.
    pub(crate) fn put_in_force(&self, city: Arc<City>) {
        *self.in_force.write().unwrap_or_else(PoisonError::into_inner) = city;
    }

    /// The learned models that advise now.
    pub(crate) fn triage(&self) -> Arc<InForce> {
        self.triage.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on these advise.
    pub(crate) fn put_triage(&self, models: Arc<InForce>) {
        *self.triage.write().unwrap_or_else(PoisonError::into_inner) = models;
    }

    /// The same installation with ways out for messages.
    #[must_use]
    pub fn with_gateways(self, gateways: Gateways) -> Self {
        Self { gateways, ..self }
    }

    /// The same installation with hosts of our own network that webhooks may post to.
    #[must_use]
    pub fn with_inside(self, hosts: Vec<String>) -> Self {
        Self { inside: Arc::new(hosts), ..self }
    }

    /// Says which address people use, such as `https://12345.example.cn`. The first word counts.
    pub fn reached_at(&self, address: &str) {
        if !address.is_empty() {
            self.base.get_or_init(|| address.trim_end_matches('/').to_owned());
        }
    }

    /// The address that people use, without a slash at its end.
    #[must_use]
    pub fn base(&self) -> &str {
        self.base.get().map_or("http://localhost", String::as_str)
    }

    /// The same installation by another clock: for telling a past.
    #[must_use]
    pub fn by_clock(&self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self.clone() }
    }

    /// This instant.
    #[must_use]
    pub fn now(&self) -> Stamp {
        self.clock.now()
    }

    /// The ground that decisions stand on at an instant.
    #[must_use]
    pub fn ground(&self, now: Stamp) -> Ground<'_> {
        Ground { city: &self.city, now }
    }

    /// A member of staff asks, in a language.
    #[must_use]
    pub fn ctx(&self, who: Member, lang: Lang) -> Ctx {
        Ctx { app: self.clone(), who, lang, now: self.now(), form: None }
    }

    /// What is digested together with a text.
    pub(crate) fn salt(&self) -> Salt {
        let mut salt = Salt::default();
        self.entropy.fill(&mut salt);
        salt
    }

    /// An id for something that is recorded now: strictly rising within this process.
    fn mint(&self) -> i64 {
        let fresh = id::mint(self.now(), self.entropy.number());
        let next = |last: i64| Some(fresh.max(last + 1));
        let before = self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
        before.map_or(fresh, |last| fresh.max(last + 1))
    }

    /// A new id for a request that reached the city at an instant, which may lie years back. It may be
    /// taken; whoever stores the request then mints another.
    #[must_use]
    pub fn request_id(&self, at: Stamp) -> RequestId {
        RequestId(id::mint(at, self.entropy.number()))
    }

    /// A new id for an event. Live readers follow these, so they are minted at the time of recording.
    #[must_use]
    pub fn event_id(&self) -> EventId {
        EventId(self.mint())
    }

    /// A new id for a person.
    #[must_use]
    pub fn person_id(&self) -> PersonId {
        PersonId(self.mint())
    }

    /// A new id for a picture or document.
    #[must_use]
    pub fn media_id(&self) -> MediaId {
        MediaId(self.mint())
    }

    /// A new id for a member of staff.
    #[must_use]
    pub fn staff_id(&self) -> StaffId {
        StaffId(self.mint())
    }

    /// A new id for an export.
    #[must_use]
    pub fn export_id(&self) -> ExportId {
        ExportId(self.mint())
    }

    /// A new id for a look for somebody.
    #[must_use]
    pub(crate) fn seek_id(&self) -> SeekId {
        SeekId(self.mint())
    }

    /// A new id for a report.
    #[must_use]
    pub fn report_id(&self) -> ReportId {
        ReportId(self.mint())
    }

    /// A new id for a kept filter.
    #[must_use]
    pub fn view_id(&self) -> ViewId {
        ViewId(self.mint())
    }

    /// A new id for a move of open cases.
    #[must_use]
    pub(crate) fn relocation_id(&self) -> RelocationId {
        RelocationId(self.mint())
    }

    /// A new id for a prepared text.
    #[must_use]
    pub fn phrase_id(&self) -> PhraseId {
        PhraseId(self.mint())
    }

    /// A new id for an item of the knowledge base.
    #[must_use]
    pub(crate) fn knowledge_id(&self) -> KnowledgeId {
        KnowledgeId(self.mint())
    }

    /// A new id for a notice.
    #[must_use]
    pub fn notice_id(&self) -> NoticeId {
        NoticeId(self.mint())
    }

    /// A new id for a call, or for what was done about one.
    #[must_use]
    pub fn call_id(&self) -> CallId {
        CallId(self.mint())
    }

    /// A new id for what somebody wants to be mailed about.
    #[must_use]
    pub fn watch_id(&self) -> WatchId {
        WatchId(self.mint())
    }

    /// A new id for an erasure.
    #[must_use]
    pub fn erasure_id(&self) -> ErasureId {
        ErasureId(self.mint())
    }

    /// A new id for a webhook.
    #[must_use]
    pub(crate) fn webhook_id(&self) -> WebhookId {
        WebhookId(self.mint())
    }

    /// A new id for something that a webhook is owed.
    #[must_use]
    pub(crate) fn delivery_id(&self) -> DeliveryId {
        DeliveryId(self.mint())
    }

    /// A new id in the record of changes.
    #[must_use]
    pub fn change_id(&self) -> i64 {
        self.mint()
    }

    /// A new id for something of the hall: a card, an application, a transfer, a payment.
    pub(crate) fn hall_id(&self) -> i64 {
        self.mint()
    }

    /// A new id for a job.
    #[must_use]
    pub fn job_id(&self) -> JobId {
        JobId(self.mint())
    }
}

/// A member of staff asking for something at an instant.
#[derive(Clone)]
pub struct Ctx {
    /// The installation.
    pub app: App,
    /// Who asks.
    pub who: Member,
    /// The language of the answer.
    pub lang: Lang,
    /// When.
    pub now: Stamp,
    /// A digest of the form that this comes with: the same one twice counts once.
    pub form: Option<Vec<u8>>,
}

impl Ctx {
    /// The same, said by a form with this digest.
    #[must_use]
    pub fn by_form(&self, form: Option<Vec<u8>>) -> Self {
        Self { form, ..self.clone() }
    }

    /// The city.
    #[must_use]
    pub fn city(&self) -> &City {
        &self.app.city
    }

    /// The ground that decisions stand on.
    #[must_use]
    pub fn ground(&self) -> Ground<'_> {
        self.app.ground(self.now)
    }
}

/// What use cases return.
pub(crate) type Result<T> = std::result::Result<T, AppError>;
