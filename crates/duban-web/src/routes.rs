//! The route table: every address of Duban, each with its access beside it. Nothing is routed
//! elsewhere; a test calls every row as every role, and the printed table is a snapshot.

use std::convert::Infallible;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    handler::Handler,
    middleware::{from_fn, from_fn_with_state},
    routing::{self, MethodRouter},
};
use duban_domain::policy::Action;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{CompressionLayer, DefaultPredicate, Predicate, predicate::NotForContentType},
};

use crate::{
    api, cti,
    desk::{self, admin},
    frame::{Live, Site, assets, fields, guard},
    hall, open311, party, resident,
};

/// Who may call a route at all. What they find there is decided by their reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody; the handler asks residents for number and tail, and other systems for their key.
    Public,
    /// Whoever signed in.
    AnyStaff,
    /// Staff whose role includes this action.
    Staff(Action),
    /// The API: a service key whose scopes include this action, or staff whose role does.
    Api(Action),
}

/// One row of the table.
pub struct Route {
    /// `GET`, `POST` or `OPTIONS`.
    pub method: &'static str,
    /// The address, with its parameters in braces.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// Most bytes of what is sent there.
    pub body_max: usize,
    handler: MethodRouter<Live>,
}

fn get<T: 'static>(path: &'static str, access: Access, handler: impl Handler<T, Live>) -> Route {
    Route { method: "GET", path, access, body_max: fields::TEXT_BYTES_MAX, handler: routing::get(handler) }
}

fn post<T: 'static>(path: &'static str, access: Access, handler: impl Handler<T, Live>) -> Route {
    Route { method: "POST", path, access, body_max: fields::TEXT_BYTES_MAX, handler: routing::post(handler) }
}

fn options<T: 'static>(path: &'static str, access: Access, handler: impl Handler<T, Live>) -> Route {
    let handler = routing::options(handler);
    Route { method: "OPTIONS", path, access, body_max: fields::TEXT_BYTES_MAX, handler }
}

impl Route {
    /// The same route for a document that brings files in base64.
    fn with_proofs(self) -> Self {
        Self { body_max: fields::PROOF_BYTES_MAX, ..self }
    }

    /// The same route for a form that brings files.
    fn with_files(self) -> Self {
        Self { body_max: fields::FORM_BYTES_MAX, ..self }
    }
}

/// Every route.
#[must_use]
pub fn table() -> Vec<Route> {
    use Access::{AnyStaff, Public, Staff};
    let mut table = vec![
        // Residents
        get("/", Public, resident::home::page),
        get("/report", Public, resident::report::page),
        post("/report", Public, resident::report::post).with_files(),
        get("/track", Public, resident::track::lookup),
        get("/track/{number}", Public, resident::track::page),
        post("/track/{number}/access", Public, resident::track::unlock),
        post("/track/{number}/evaluation", Public, resident::track::evaluate),
        post("/track/{number}/material", Public, resident::track::add).with_files(),
        get("/track/{number}/media/{id}", Public, resident::media::serve),
        get("/go/{number}/{key}", Public, resident::track::from_notice),
        // Somebody outside who was given one task
        get("/task/{token}", Public, party::page),
        post("/task/{token}", Public, party::post).with_files(),
        get("/privacy", Public, resident::home::privacy),
        get("/demo/outbox", Public, desk::notices::outbox),
        // Staff
        get("/desk", AnyStaff, desk::home),
        get("/desk/login", Public, desk::login::page),
        post("/desk/login", Public, desk::login::post),
        post("/desk/logout", Public, desk::login::out),
        get("/desk/cases", Staff(Action::View), desk::list::page),
        get("/desk/cases/{number}", Staff(Action::View), desk::case::page),
        post("/desk/cases/{number}/presence", Staff(Action::View), desk::presence::here),
        get("/desk/cases/{number}/sheet.pdf", Staff(Action::View), desk::sheet::serve),
        post("/desk/cases/{number}/dispatch", Staff(Action::Dispatch), desk::steps::dispatch),
        post("/desk/cases/{number}/signature", Staff(Action::Sign), desk::steps::sign),
        post("/desk/cases/{number}/contact", Staff(Action::Contact), desk::steps::contact),
        post("/desk/cases/{number}/answer", Staff(Action::Answer), desk::steps::answer).with_files(),
        post("/desk/cases/{number}/review", Staff(Action::Review), desk::steps::review),
        post("/desk/cases/{number}/callback", Staff(Action::Callback), desk::steps::callback),
        post("/desk/cases/{number}/classification", Staff(Action::Classify), desk::steps::classify),
        post("/desk/cases/{number}/label", Staff(Action::Label), desk::steps::label),
        post("/desk/cases/{number}/note", Staff(Action::Note), desk::steps::note),
        post("/desk/cases/{number}/publicity", Staff(Action::Moderate), desk::voices::moderate),
        post("/desk/cases/{number}/withdrawal", Staff(Action::Register), desk::voices::withdraw),
        post("/desk/cases/{number}/parting", Staff(Action::Dispatch), desk::voices::part),
        post("/desk/cases/{number}/reveal", Staff(Action::Reveal), desk::steps::reveal),
        get("/desk/cases/{number}/media/{id}", Staff(Action::View), desk::media::serve),
        get("/desk/intake", Staff(Action::Register), desk::intake::page),
        post("/desk/intake", Staff(Action::Register), desk::intake::post),
        post("/desk/intake/assist", Staff(Action::Register), desk::assist::fragment),
        get("/events", Staff(Action::View), desk::live::stream),
    ];
    table.extend(ways_in());
    table.extend(after_an_answer());
    table.extend(calls());
    table.extend(other_systems());
    table.extend(the_server());
    table.extend(everybody());
    table.extend(around_a_case());
    table.extend(worklist().into_iter().chain(figures()));
    table.extend(administration());
    table.extend(api_v1());
    table.extend(the_hall());
    table
}

/// 登录: the code after the password, and one's own account.
fn ways_in() -> Vec<Route> {
    use Access::{AnyStaff, Public};
    vec![
        get("/desk/login/code", Public, desk::door::page),
        post("/desk/login/code", Public, desk::door::post),
        post("/desk/login/enrolment", Public, desk::door::enrol),
        get("/desk/sign-on", Public, desk::sign_on::go),
        get("/desk/sign-on/back", Public, desk::sign_on::back),
        get("/desk/me", AnyStaff, desk::me::page),
        post("/desk/me/sessions", AnyStaff, desk::me::end),
        post("/desk/me/password", AnyStaff, desk::me::password),
        post("/desk/me/second", AnyStaff, desk::me::second),
        post("/desk/me/digest", AnyStaff, desk::me::digest),
    ]
}

/// 回访与质检: asking the person, and looking at how it was handled.
fn after_an_answer() -> Vec<Route> {
    use Access::{AnyStaff, Staff};
    vec![
        post("/desk/cases/{number}/judgement", Staff(Action::Review), desk::steps::judge),
        get("/desk/callbacks", Staff(Action::Callback), desk::callbacks::page),
        get("/desk/judgements", Staff(Action::Review), desk::callbacks::judgements),
        get("/desk/alerts", Staff(Action::View), desk::callbacks::alerts),
        post("/desk/alerts/{id}/seen", Staff(Action::Answer), desk::callbacks::see),
        get("/desk/quality", Staff(Action::Inspect), desk::quality::page),
        post("/desk/quality", Staff(Action::Inspect), desk::quality::draw),
        get("/desk/quality/mine", AnyStaff, desk::quality::mine),
        get("/desk/quality/{id}", AnyStaff, desk::quality::one),
        post("/desk/quality/{id}/marks", Staff(Action::Inspect), desk::quality::inspect),
        post("/desk/quality/{id}/appeal", AnyStaff, desk::quality::appeal),
        post("/desk/quality/{id}/decision", Staff(Action::Inspect), desk::quality::decide),
    ]
}

/// 话务: the telephone.
fn calls() -> Vec<Route> {
    use Access::{AnyStaff, Staff};
    vec![
        get("/desk/calls", AnyStaff, desk::calls::page),
        get("/desk/calls/live", Staff(Action::Register), desk::calls::live::stream),
        get("/desk/calls/bar", Staff(Action::Register), desk::calls::pop::bar),
        get("/desk/calls/missed", Staff(Action::Register), desk::calls::missed::page),
        post("/desk/calls/seat", Staff(Action::Register), desk::calls::pop::sit),
        post("/desk/calls/simulate", Staff(Action::Register), desk::calls::pop::simulate),
        post("/desk/calls/{id}/answer", Staff(Action::Register), desk::calls::pop::answer),
        post("/desk/calls/{id}/done", Staff(Action::Register), desk::calls::pop::done),
        post("/desk/calls/{id}/number", Staff(Action::Register), desk::calls::missed::number),
        post("/desk/calls/{id}/attempt", Staff(Action::Register), desk::calls::missed::attempt),
        post("/desk/calls/{id}/recording", Staff(Action::Figures), desk::calls::recording),
    ]
}

/// The telephone system, and Open311.
fn other_systems() -> Vec<Route> {
    use Access::Public;
    vec![
        post("/cti/{key}", Public, cti::hear),
        get("/open311/discovery.json", Public, open311::discovery_json),
        get("/open311/discovery.xml", Public, open311::discovery_xml),
        get("/open311/v2/{*rest}", Public, open311::get),
        post("/open311/v2/{*rest}", Public, open311::post).with_files(),
        options("/open311/v2/{*rest}", Public, open311::options),
    ]
}

/// What those ask who run the server, and what pages need.
fn the_server() -> Vec<Route> {
    use Access::Public;
    vec![
        get("/health", Public, desk::health),
        get("/style", Public, desk::gallery),
        get("/manifest.webmanifest", Public, assets::manifest),
        get("/sw.js", Public, assets::worker),
        get("/assets/{*name}", Public, assets::serve),
    ]
}

/// 办事大厅: which one am I, and the counter behind it.
fn the_hall() -> Vec<Route> {
    use Access::{AnyStaff, Public, Staff};
    vec![
        get("/services", Public, hall::which::list),
        get("/services/{key}", Public, hall::which::page),
        post("/services/{key}", Public, hall::which::by_card),
        get("/services/receipt/{number}/{token}", Public, hall::which::progress),
        get("/desk/hall", AnyStaff, hall::clerk::page),
        get("/desk/hall/new", Staff(Action::Hall), hall::clerk::begin),
        post("/desk/hall/new", Staff(Action::Hall), hall::clerk::post),
        get("/desk/hall/applications/{number}", AnyStaff, hall::one::page),
        post("/desk/hall/applications/{number}/review", Staff(Action::HallReview), hall::one::review),
        post("/desk/hall/applications/{number}/mending", Staff(Action::Hall), hall::one::mend),
        post("/desk/hall/applications/{number}/withdrawal", Staff(Action::Hall), hall::one::withdraw),
        post("/desk/hall/applications/{number}/receipt", AnyStaff, hall::paper::receipt),
        get("/desk/hall/payouts", Staff(Action::HallPay), hall::pay::list),
        post("/desk/hall/payouts", Staff(Action::HallPay), hall::pay::make),
        get("/desk/hall/payouts/{number}", Staff(Action::HallPay), hall::pay::one),
        get("/desk/hall/payouts/{number}/order.xml", Staff(Action::HallPay), hall::pay::order),
        post("/desk/hall/payouts/{number}/answer", Staff(Action::HallPay), hall::pay::answer).with_files(),
        get("/desk/hall/books", Staff(Action::HallPay), hall::pay::books),
        post("/desk/hall/books", Staff(Action::HallPay), hall::pay::close),
    ]
}

/// What staff do with lists: several cases at once, kept views, prepared texts, files; and with letters.
fn worklist() -> Vec<Route> {
    use Access::{AnyStaff, Staff};
    vec![
        get("/desk/letters", Staff(Action::Register), desk::letters_aside::page),
        post("/desk/letters/{id}/seen", Staff(Action::Register), desk::letters_aside::seen),
        get("/desk/notices", AnyStaff, desk::notices::page),
        get("/desk/notices/{id}", AnyStaff, desk::notices::one),
        post("/desk/notices/{id}/attempts", AnyStaff, desk::notices::resend),
        get("/desk/entry", Staff(Action::Enter), desk::entry::page),
        post("/desk/entry", Staff(Action::Enter), desk::entry::post).with_files(),
        post("/desk/batches", Staff(Action::View), desk::bulk::post),
        get("/desk/notice-texts", Staff(Action::Texts), desk::notice_texts::list),
        get("/desk/notice-texts/{key}", Staff(Action::Texts), desk::notice_texts::page),
        post("/desk/notice-texts/{key}", Staff(Action::Texts), desk::notice_texts::post),
        get("/desk/staff-mail", Staff(Action::Administer), desk::staff_mail::page),
        post("/desk/staff-mail", Staff(Action::Administer), desk::staff_mail::post),
        get("/desk/cases/{number}/letters", Staff(Action::View), desk::letters::page),
        get("/desk/phrases", Staff(Action::Texts), desk::phrases::page),
        post("/desk/phrases", Staff(Action::Texts), desk::phrases::put),
        post("/desk/phrases/{id}/removal", Staff(Action::Texts), desk::phrases::remove),
        get("/desk/knowledge", Staff(Action::Knowledge), desk::knowledge::list),
        post("/desk/knowledge", Staff(Action::Knowledge), desk::knowledge::put),
        post("/desk/knowledge/pack", Staff(Action::Knowledge), desk::knowledge::take_in),
        get("/desk/knowledge/{id}", Staff(Action::Knowledge), desk::knowledge::one),
        post("/desk/knowledge/{id}", Staff(Action::Knowledge), desk::knowledge::retire),
        post("/desk/people", Staff(Action::Reveal), desk::seek::post),
        post("/desk/views", Staff(Action::View), desk::kept::keep),
        post("/desk/views/{id}/removal", Staff(Action::View), desk::kept::drop),
        get("/desk/export", Staff(Action::Export), desk::export::page),
        post("/desk/exports", Staff(Action::Export), desk::export::post),
    ]
}

/// 管理: the city's settings, accounts and roles, and the record of changes.
fn administration() -> Vec<Route> {
    use Access::{AnyStaff, Public, Staff};
    vec![
        get("/desk/city", AnyStaff, admin::index::page),
        get("/desk/city/export.zip", AnyStaff, admin::bundle::export),
        get("/desk/city/import", AnyStaff, admin::bundle::page),
        post("/desk/city/import", AnyStaff, admin::bundle::preview).with_files(),
        post("/desk/city/taking", AnyStaff, admin::bundle::take),
        get("/desk/city/file", AnyStaff, admin::file::page),
        post("/desk/city/file", AnyStaff, admin::file::post),
        get("/desk/city/hours", Staff(Action::Administer), admin::hours::page),
        post("/desk/city/hours", Staff(Action::Administer), admin::hours::post),
        get("/desk/city/learning", Staff(Action::Administer), admin::learning::page),
        post("/desk/city/learning", Staff(Action::Administer), admin::learning::post),
        get("/desk/city/registers", Staff(Action::Administer), admin::registers::page),
        post("/desk/city/registers", Staff(Action::Administer), admin::registers::post),
        get("/desk/city/registers/{id}", Staff(Action::Administer), admin::registers::run),
        get("/desk/city/{table}", AnyStaff, admin::table::page),
        post("/desk/city/{table}", AnyStaff, admin::table::post),
        get("/desk/city/{table}/entry", AnyStaff, admin::table::entry),
        get("/desk/erasures", AnyStaff, desk::people::erasures::page),
        post("/desk/erasures", Staff(Action::Correct), desk::people::erasures::ask),
        get("/desk/erasures/{id}", AnyStaff, desk::people::erasures::one),
        post("/desk/erasures/{id}", Staff(Action::Erase), desk::people::erasures::decide),
        get("/desk/retention", Staff(Action::Erase), desk::people::terms::page),
        post("/desk/retention", Staff(Action::Erase), desk::people::terms::hold),
        get("/desk/moves", Staff(Action::Administer), admin::moves::page),
        post("/desk/moves", Staff(Action::Administer), admin::moves::start),
        get("/desk/moves/preview", Staff(Action::Administer), admin::moves::preview),
        post("/desk/moves/{id}", Staff(Action::Administer), admin::moves::pause),
        get("/desk/replace", Staff(Action::Administer), admin::replace::page),
        post("/desk/replace", Staff(Action::Administer), admin::replace::post),
        get("/desk/accounts", Staff(Action::Accounts), admin::accounts::page),
        post("/desk/accounts", Staff(Action::Accounts), admin::accounts::add),
        get("/desk/accounts/{id}", Staff(Action::Accounts), admin::accounts::one),
        post("/desk/accounts/{id}", Staff(Action::Accounts), admin::accounts::change),
        post("/desk/accounts/{id}/link", Staff(Action::Accounts), admin::accounts::link),
        post("/desk/accounts/{id}/sessions", Staff(Action::Accounts), admin::accounts::end_sessions),
        post("/desk/accounts/{id}/second-factor", Staff(Action::Accounts), admin::accounts::reset),
        post("/desk/accounts/{id}/sign-on", Staff(Action::Accounts), admin::accounts::name_sign_on),
        get("/desk/service-keys", Staff(Action::Accounts), admin::service_keys::page),
        post("/desk/service-keys", Staff(Action::Accounts), admin::service_keys::make),
        post("/desk/service-keys/{id}/end", Staff(Action::Accounts), admin::service_keys::end),
        get("/desk/webhooks", Staff(Action::Accounts), admin::webhooks::page),
        post("/desk/webhooks", Staff(Action::Accounts), admin::webhooks::make),
        get("/desk/webhooks/{id}", Staff(Action::Accounts), admin::webhooks::one),
        post("/desk/webhooks/{id}", Staff(Action::Accounts), admin::webhooks::change),
        post("/desk/webhooks/{id}/secret", Staff(Action::Accounts), admin::webhooks::rotate),
        post("/desk/webhooks/{id}/state", Staff(Action::Accounts), admin::webhooks::switch),
        post("/desk/webhooks/{id}/tests", Staff(Action::Accounts), admin::webhooks::test),
        post("/desk/webhooks/{id}/resends", Staff(Action::Accounts), admin::webhooks::resend),
        get("/desk/sign-ins", Staff(Action::Audit), admin::sign_ins::page),
        get("/desk/changes", Staff(Action::Audit), admin::changes::page),
        get("/desk/changes/{id}", Staff(Action::Audit), admin::changes::one),
        get("/password/{token}", Public, admin::password::page),
        post("/password/{token}", Public, admin::password::post),
    ]
}

/// Numbers, for staff, for a wall and for everybody.
fn figures() -> Vec<Route> {
    use Access::{Public, Staff};
    vec![
        get("/desk/figures", Staff(Action::Figures), desk::figures::page),
        get("/desk/reports", Staff(Action::Figures), desk::report::page),
        post("/desk/reports", Staff(Action::Figures), desk::report::freeze),
        get("/desk/reports/{id}", Staff(Action::Figures), desk::report::show),
        post("/desk/reports/{id}/proof", Staff(Action::Figures), desk::report::prove),
        get("/board/desk", Staff(Action::Figures), desk::board::page),
        get("/track/{number}/receipt", Public, resident::proof::receipt),
        get("/verify", Public, resident::proof::page),
        post("/verify", Public, resident::proof::check),
        get("/log/{file}", Public, resident::proof::log),
        get("/log/tile/{level}/{*place}", Public, resident::proof::tile),
        get("/stats", Public, resident::stats::page),
        get("/data/{file}", Public, resident::stats::data),
    ]
}

/// What everybody may see.
fn everybody() -> Vec<Route> {
    use Access::Public;
    vec![
        post("/report/preview", Public, resident::report::preview),
        post("/report/photo-place", Public, resident::report::photo_place),
        post("/report/places", Public, resident::places::find),
        post("/report/questions", Public, resident::report::questions),
        post("/report/answers", Public, resident::answers::beside),
        get("/answers", Public, resident::answers::page),
        get("/answers/{id}", Public, resident::answers::one),
        post("/answers/{id}", Public, resident::answers::said),
        post("/track/{number}/details", Public, resident::track::answer),
        post("/track/{number}/withdrawal", Public, resident::own::withdraw),
        post("/track/{number}/erasure", Public, resident::own::erase),
        post("/track/{number}/publicity", Public, resident::own::share),
        post("/track/{number}/code", Public, resident::contact::send),
        post("/track/{number}/confirmation", Public, resident::contact::confirm),
        get("/mine", Public, resident::mine::page),
        get("/mine/copy", Public, resident::copy::download),
        post("/mine", Public, resident::mine::ask),
        post("/mine/code", Public, resident::mine::enter),
        post("/mine/leave", Public, resident::mine::leave),
        get("/requests", Public, resident::public::page),
        get("/requests/feed.atom", Public, resident::public::feed::area),
        get("/requests/{number}", Public, resident::public::matter::page),
        get("/requests/{number}/feed.atom", Public, resident::public::feed::matter),
        get("/requests/{number}/voices", Public, resident::public::voice::page),
        post("/requests/{number}/voices", Public, resident::public::voice::post),
        get("/alerts", Public, resident::alerts::page),
        post("/alerts", Public, resident::alerts::post),
        get("/alerts/confirm/{token}", Public, resident::alerts::asked),
        post("/alerts/confirm/{token}", Public, resident::alerts::confirm),
        get("/alerts/mine/{token}", Public, resident::alerts::mine),
        post("/alerts/mine/{token}", Public, resident::alerts::change),
        get("/map", Public, resident::public::map::page),
        get("/tiles/{layer}/{z}/{x}/{y}", Public, resident::public::tiles::serve),
    ]
}

/// 接口 v1: what other systems call.
fn api_v1() -> Vec<Route> {
    use Access::{Api, Public};
    vec![
        get("/api/v1/openapi.json", Public, api::docs::openapi),
        get("/api/v1/docs", Public, api::docs::page),
        get("/api/v1/cases", Api(Action::View), api::cases::list),
        post("/api/v1/cases", Api(Action::Register), api::cases::create),
        get("/api/v1/cases/{number}", Api(Action::View), api::cases::one),
        post("/api/v1/cases/{number}/dispatch", Api(Action::Dispatch), api::steps::dispatch),
        post("/api/v1/cases/{number}/signature", Api(Action::Sign), api::steps::sign),
        post("/api/v1/cases/{number}/contact", Api(Action::Contact), api::steps::contact),
        post("/api/v1/cases/{number}/answer", Api(Action::Answer), api::steps::answer).with_proofs(),
        post("/api/v1/cases/{number}/classification", Api(Action::Classify), api::steps::classify),
        post("/api/v1/cases/{number}/label", Api(Action::Label), api::steps::label),
        post("/api/v1/cases/{number}/note", Api(Action::Note), api::steps::note),
        post("/api/v1/cases/{number}/attachments", Api(Action::Note), api::steps::attach).with_files(),
        get("/api/v1/cases/{number}/attachments/{id}", Api(Action::View), desk::media::serve),
        get("/api/v1/units", Api(Action::View), api::city::units),
        get("/api/v1/categories", Api(Action::View), api::city::categories),
        get("/api/v1/figures", Api(Action::Figures), api::city::figures),
        get("/api/v1/events", Api(Action::View), desk::live::stream),
    ]
}

/// The steps around a case.
fn around_a_case() -> Vec<Route> {
    use Access::Staff;
    vec![
        post("/desk/cases/{number}/return", Staff(Action::Return), desk::around_steps::ask_return),
        post(
            "/desk/cases/{number}/return-decision",
            Staff(Action::Decide),
            desk::around_steps::decide_return,
        ),
        post("/desk/cases/{number}/extension", Staff(Action::Extend), desk::around_steps::ask_extension),
        post(
            "/desk/cases/{number}/extension-decision",
            Staff(Action::Decide),
            desk::around_steps::decide_extension,
        ),
        post("/desk/cases/{number}/handler", Staff(Action::Assign), desk::around_steps::assign),
        post("/desk/cases/{number}/assisting", Staff(Action::Dispatch), desk::around_steps::join),
        post("/desk/cases/{number}/assisting-end", Staff(Action::Dispatch), desk::around_steps::leave),
        post("/desk/cases/{number}/tasks", Staff(Action::Task), desk::tasks::give),
        post("/desk/cases/{number}/task-report", Staff(Action::Work), desk::tasks::report).with_files(),
        post("/desk/cases/{number}/task-end", Staff(Action::Task), desk::tasks::call_off),
        post("/desk/cases/{number}/task-link", Staff(Action::Task), desk::tasks::link),
        post("/desk/cases/{number}/question", Staff(Action::Ask), desk::around_more_steps::ask_person),
        post("/desk/cases/{number}/cause", Staff(Action::Answer), desk::around_more_steps::cause),
        post("/desk/cases/{number}/checklist", Staff(Action::Answer), desk::around_more_steps::check),
        post("/desk/cases/{number}/media", Staff(Action::Note), desk::around_more_steps::attach).with_files(),
        post("/desk/cases/{number}/shared-media", Staff(Action::Answer), desk::around_more_steps::share),
        post(
            "/desk/cases/{number}/contact-details",
            Staff(Action::Correct),
            desk::around_more_steps::correct,
        ),
        post("/desk/cases/{number}/reopening", Staff(Action::Reopen), desk::around_more_steps::restart),
    ]
}

/// The whole site.
#[expect(clippy::disallowed_methods, reason = "the one place where routes are routed: from the table")]
pub fn router(site: Site) -> Router {
    let live = Live(site);
    // A video is as small as it gets, and a player counts its bytes.
    let squeezed = DefaultPredicate::new().and(NotForContentType::const_new("video/"));
    let mut router = Router::new();
    for route in table() {
        let access = route.access;
        let own = live.clone();
        let guarded = from_fn(move |request, next| {
            let site = own.at_hand();
            async move { guard::access(&site, access, request, next).await }
        });
        // The limit stands outside: what is sent without a session is read too, to be given back.
        let handler =
            route.handler.layer::<_, Infallible>(guarded).layer(DefaultBodyLimit::max(route.body_max));
        router = router.route(route.path, handler);
    }
    router
        .layer(CatchPanicLayer::new())
        .layer(from_fn_with_state(live.clone(), guard::around))
        .layer(CompressionLayer::new().compress_when(squeezed))
        .with_state(live)
}
