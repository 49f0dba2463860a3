//! Pages over databases of different sizes: how long each takes for one reader and for eight, and
//! how that grows with the number of cases.

use std::time::Instant;

use duban_app::{DEMO_PASSWORD, partner::read, resident::access, staff};
use duban_domain::{Number, stamp::date_of_day};

use crate::{
    Done, Wanted, fill,
    fill::Filled,
    http::Client,
    machine::Watch,
    now,
    rows::{Row, part, row},
    server::Server,
};

/// Requests of each page by one reader.
const REQUESTS: usize = 200;
/// Readers at once.
const READERS: usize = 8;
/// Requests of each reader then.
const EACH: usize = 40;
/// Not measured, so that what must be read from disk once has been read.
const WARM_UP: usize = 5;
/// No page takes longer than this over the whole of a run; beyond, fewer requests are made.
const SECONDS_MAX: f64 = 20.0;
/// The budgets of the design for one reader, in milliseconds.
const LIST_MS: f64 = 25.0;
const SEARCH_MS: f64 = 50.0;
const FIGURES_MS: f64 = 10.0;

/// A page and the addresses it is asked for at, in turn.
pub(crate) struct Page {
    name: &'static str,
    paths: Vec<String>,
    budget_ms: Option<f64>,
}

impl Page {
    /// The address of the n-th request.
    pub(crate) fn path(&self, at: usize) -> &str {
        &self.paths[at % self.paths.len()]
    }
}

/// Somebody who may see all of these pages.
pub(crate) struct Visit<'a> {
    filled: &'a Filled,
    cookie: String,
    tracks: Vec<String>,
    public: Vec<String>,
}

impl<'a> Visit<'a> {
    /// Signs in, and opens the pages of some requests; before the program has the database.
    pub(crate) fn new(filled: &'a Filled) -> Done<Self> {
        let app = fill::app(&filled.folder.join("duban.db"), now())?;
        let session = staff::sign_in(&app, "bench", DEMO_PASSWORD)?;
        let (mut passes, mut tracks) = (Vec::new(), Vec::new());
        for digits in filled.numbers.iter().rev().step_by(37).take(10) {
            let number: Number = digits.parse()?;
            let request = app
                .store
                .read(|tx| tx.request_by_number(&number))?
                .ok_or("a number of about.json is gone")?;
            passes.push(access::pass(&app, request.id, app.now())?);
            tracks.push(format!("/track/{digits}"));
        }
        // What is confidential, or of a kind that the city does not publish, is not there for other systems.
        let mut public = Vec::new();
        for digits in &filled.numbers {
            if !read::by_numbers(&app, None, &[digits.parse()?])?.is_empty() {
                public.push(format!("/open311/v2/requests/{digits}.json"));
            }
        }
        Ok(Self {
            filled,
            public,
            cookie: format!("duban_session={session}; duban_passes={}", passes.join(".")),
            tracks,
        })
    }

    /// A connection of a browser that holds their cookies.
    pub(crate) fn client(&self, server: &Server) -> Done<Client> {
        let mut client = server.client()?;
        client.cookie.clone_from(&self.cookie);
        client.compressed = true;
        Ok(client)
    }

    /// The pages that are measured.
    pub(crate) fn pages(&self) -> Vec<Page> {
        let page = |name, budget_ms, paths: Vec<String>| Page { name, paths, budget_ms };
        let list = |name, queries: &[&str]| {
            page(name, Some(LIST_MS), queries.iter().map(|q| format!("/desk/cases{q}")).collect())
        };
        let unit = format!("?unit={}", self.filled.unit);
        let all_of_unit = format!("?stage=all&unit={}", self.filled.unit);
        let yesterday = date_of_day(now().0.div_euclid(duban_domain::stamp::DAY_MS) - 1);
        let last_month = yesterday.saturating_sub(jiff::Span::new().months(1));
        let cases = self.filled.numbers.iter().map(|n| format!("/desk/cases/{n}")).collect();
        let month =
            format!("/desk/figures?from={}&to={}", last_month.first_of_month(), last_month.last_of_month());
        let recent = format!(
            "/open311/v2/requests.json?start_date={}T00:00:00Z&page_size=50",
            yesterday.saturating_sub(jiff::Span::new().days(7))
        );
        vec![
            list("worklist, open by due", &[""]),
            list("worklist, a unit's open ones", &[&unit]),
            list("worklist, all of a unit", &[&all_of_unit]),
            list(
                "worklist, a category",
                &["?category=roads.parking", "?category=environment.noise.night", "?category=labour"],
            ),
            list(
                "worklist, all of a category",
                &["?stage=all&category=roads.parking", "?stage=all&category=housing"],
            ),
            list("worklist, a division", &["?division=430211", "?division=430224"]),
            list(
                "worklist, all of a division",
                &["?stage=all&division=430211", "?stage=all&division=430281"],
            ),
            list("worklist, rare stage and urgency", &["?stage=in-review&urgency=critical"]),
            list("worklist, overdue", &["?due=overdue"]),
            list("worklist, everything by newest", &["?stage=all&sort=new"]),
            page("search, two words", Some(SEARCH_MS), paths(&["路灯 学生", "停车 救护车", "工资 押金"], "")),
            page(
                "search, two words and filters",
                Some(SEARCH_MS),
                paths(&["路灯 台阶", "井盖 老人"], "&division=430211&stage=closed"),
            ),
            page(
                "search, two words found in few",
                Some(SEARCH_MS),
                paths(&["涵管 团结巷", "光猫 劳动路"], ""),
            ),
            page("case page", None, cases),
            page("figures of a month", Some(FIGURES_MS), vec![month]),
            page("resident's tracking page", None, self.tracks.clone()),
            page("Open311, one request", None, self.public.clone()),
            page("Open311, a week's newest 50", None, vec![recent]),
        ]
    }
}

fn paths(words: &[&str], more: &str) -> Vec<String> {
    let encoded = |words: &&str| String::from_utf8_lossy(&crate::http::encode(&[("q", words)])).into_owned();
    words.iter().map(|words| format!("/desk/cases?{}{more}", encoded(words))).collect()
}

/// `100 k`, `1 M`.
pub(crate) fn short(cases: u64) -> String {
    match cases {
        n if n >= 1_000_000 && n.is_multiple_of(100_000) => format!("{} M", n as f64 / 1e6),
        n if n >= 1_000 => format!("{} k", n / 1_000),
        n => n.to_string(),
    }
}

/// All pages over all sizes.
pub(crate) fn measure(wanted: &Wanted) -> Done<Vec<Row>> {
    let mut rows = Vec::new();
    let mut before: Vec<f64> = Vec::new();
    for &cases in &wanted.sizes {
        let filled = fill::filled(&wanted.work, wanted.seed, cases, now())?;
        let visit = Visit::new(&filled)?;
        let server = Server::start(&wanted.program, &filled.folder)?;
        let watch = Watch::begin();
        let name = short(cases);
        let mut p99s = Vec::new();
        for page in visit.pages() {
            let mut one = times(&visit, &server, &page, 1, REQUESTS)?;
            let mut eight = times(&visit, &server, &page, READERS, EACH)?;
            let p99 = part(&mut one, 0.99);
            eprintln!("  {name}: {:<40} {:>8.1} ms p50 {p99:>8.1} ms p99", page.name, part(&mut one, 0.5));
            let what = |which: &str| format!("{name}: {}, {which}", page.name);
            rows.push(row(what("p50"), part(&mut one, 0.5), "ms", None));
            rows.push(row(what("p99"), p99, "ms", page.budget_ms));
            rows.push(row(what("8 readers p50"), part(&mut eight, 0.5), "ms", None));
            rows.push(row(what("8 readers p99"), part(&mut eight, 0.99), "ms", None));
            if let Some(&smaller) = before.get(p99s.len()) {
                rows.push(row(what("p99 beside the smaller database"), p99, "ms", Some(smaller)));
            }
            p99s.push(p99);
        }
        before = p99s;
        rows.extend(watch.rows(&[server.pid()]));
    }
    Ok(rows)
}

/// How long each request took, in milliseconds, by so many readers at once.
fn times(visit: &Visit<'_>, server: &Server, page: &Page, readers: usize, requests: usize) -> Done<Vec<f64>> {
    let mut first = visit.client(server)?;
    for at in 0..WARM_UP {
        let reply = first.get(page.path(at))?;
        if reply.status != 200 || reply.body.len() < 100 {
            return Err(format!(
                "{} answered {} with {} bytes",
                page.path(at),
                reply.status,
                reply.body.len()
            )
            .into());
        }
    }
    drop(first);
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..readers)
            .map(|reader| scope.spawn(move || run(visit, server, page, reader * 7, requests)))
            .collect();
        let mut all = Vec::with_capacity(readers * requests);
        for run in runs {
            all.extend(run.join().map_err(|_| "a reader stopped")??);
        }
        Ok(all)
    })
}

fn run(visit: &Visit<'_>, server: &Server, page: &Page, from: usize, requests: usize) -> Done<Vec<f64>> {
    let mut client = visit.client(server)?;
    let begun = Instant::now();
    let mut took = Vec::with_capacity(requests);
    for at in from..from + requests {
        let asked = Instant::now();
        let status = client.get(page.path(at))?.status;
        took.push(asked.elapsed().as_secs_f64() * 1_000.0);
        if status != 200 {
            return Err(format!("{} answered {status}", page.path(at)).into());
        }
        if begun.elapsed().as_secs_f64() > SECONDS_MAX {
            break;
        }
    }
    Ok(took)
}
