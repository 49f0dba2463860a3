//! Mail to the hotline, as it reaches the program: one on standard input (`duban mail-in`, for a pipe of any
//! mail server), or many in a Maildir that the server looks into. Each is taken in before it is let go.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use anyhow::Context;
use duban_app::{
    App, AppError,
    letter::{
        self, Came,
        aside::{self, Why},
    },
};

use crate::{
    settings::{Outside, Place, Settings},
    wire,
};

/// "The mail is wrong": the mail server sends it back (sysexits.h).
const DATA_ERROR: u8 = 65;
/// "Try again later": the mail server keeps it.
const TRY_LATER: u8 = 75;
/// How much of a mail is looked at that cannot be read.
const HEAD_MAX: u64 = 64 << 10;
/// How often the Maildir is looked into.
const LOOK_EVERY: Duration = Duration::from_secs(5);

#[derive(clap::Args)]
#[command(after_help = "\
Example, in /etc/postfix/master.cf:
  duban unix - n n - 1 pipe flags=R user=duban argv=/usr/bin/duban mail-in --data /var/lib/duban

It ends with 0 when the mail was dealt with, with 65 when it is none or too large (the mail server tells
whoever sent it), and with 75 when it should be brought again.
")]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match one(args) {
        Ok(code) => Ok(code),
        Err(error) => {
            eprintln!("duban: {error:#}");
            Ok(ExitCode::from(TRY_LATER))
        }
    }
}

fn one(args: &Args) -> anyhow::Result<ExitCode> {
    let settings = Settings::gather(&args.place, &Outside::default())?;
    let bytes_max = settings.ways.mail_in()?.bytes_max;
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(bytes_max + 1).read_to_end(&mut bytes).context("reading the mail")?;
    if bytes.len() as u64 > bytes_max {
        eprintln!("the mail is larger than {} MB; please send fewer or smaller files", bytes_max >> 20);
        return Ok(ExitCode::from(DATA_ERROR));
    }
    let app = wire::app(&settings, Arc::new(crate::clock::Machine), false)?;
    // Links in the receipt lead to where people reach the server.
    app.reached_at(&settings.public_url.value);
    let came = letter::take_in(&app, &bytes)?;
    eprintln!("{}", words(&came));
    Ok(if came == Came::Unreadable { ExitCode::from(DATA_ERROR) } else { ExitCode::SUCCESS })
}

/// What came of it, for the mail server's log; never who wrote what.
fn words(came: &Came) -> String {
    match came {
        Came::Request(number) => format!("taken in as {number}"),
        Came::Added(number) => format!("added to {number}"),
        Came::Bounce(id) => format!("noted for notice {}", id.0),
        Came::Ignored(why) => format!("ignored: {why}"),
        Came::Again => "taken in before".to_owned(),
        Came::Unreadable => "this is no mail".to_owned(),
    }
}

/// Looks into the Maildir of the settings until the server stops; no thread when none is set.
pub(crate) fn watch(
    app: &App,
    settings: &Settings,
    stop: &Arc<AtomicBool>,
) -> anyhow::Result<Option<JoinHandle<()>>> {
    let set = settings.ways.mail_in()?;
    let Some(folder) = set.maildir else { return Ok(None) };
    for part in ["new", "cur", "tmp"] {
        fs::create_dir_all(folder.join(part))
            .with_context(|| format!("making the Maildir {}", folder.display()))?;
    }
    let (app, stop) = (app.clone(), stop.clone());
    Ok(Some(std::thread::spawn(move || {
        while !stop.load(Ordering::Relaxed) {
            if let Err(error) = look(&app.at_hand(), &folder, set.bytes_max) {
                tracing::error!(%error, "the Maildir could not be read");
            }
            for _ in 0..LOOK_EVERY.as_secs() * 4 {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                std::thread::sleep(Duration::from_millis(250));
            }
        }
    })))
}

/// Takes in what lies in `new`, oldest first. What was dealt with goes to `cur`; what could not be taken in
/// for now stays.
fn look(app: &App, folder: &Path, bytes_max: u64) -> std::io::Result<usize> {
    let mut waiting: Vec<PathBuf> =
        fs::read_dir(folder.join("new"))?.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
    waiting.sort();
    let mut taken = 0;
    for path in waiting.into_iter().filter(|path| path.is_file()) {
        let Some(name) = path.file_name() else { continue };
        let bytes = fs::metadata(&path)?.len();
        let came = if bytes > bytes_max {
            tracing::warn!(file = %name.display(), "a mail is too large and was put aside");
            None
        } else {
            match letter::take_in(app, &fs::read(&path)?) {
                Ok(came) => Some(came),
                Err(error) => {
                    tracing::error!(%error, file = %name.display(), "a mail could not be taken in and is tried again");
                    continue;
                }
            }
        };
        if let Some(came) = &came {
            tracing::info!(file = %name.display(), came = words(came), "a mail");
        }
        // `S`: seen. `F`: flagged, for somebody to look at; whoever sent it has heard nothing.
        let flag = match came {
            None => "F",
            Some(Came::Unreadable) => {
                tracing::warn!(file = %name.display(), "a mail could not be read and was put aside");
                "F"
            }
            Some(_) => "S",
        };
        // The desk is told before the file goes: whatever happens then, somebody knows of it.
        let why = match came {
            None => Some(Why::TooLarge),
            Some(Came::Unreadable) => Some(Why::Unreadable),
            Some(_) => None,
        };
        if let Some(why) = why
            && let Err(error) = tell(app, &path, bytes, why)
        {
            tracing::error!(%error, file = %name.display(), "a mail could not be put aside and is tried again");
            continue;
        }
        fs::rename(&path, folder.join("cur").join(format!("{}:2,{flag}", name.display())))?;
        taken += 1;
    }
    Ok(taken)
}

/// Writes down for the desk that a mail was put aside.
fn tell(app: &App, path: &Path, bytes: u64, why: Why) -> Result<(), AppError> {
    let mut head = Vec::new();
    fs::File::open(path)?.take(HEAD_MAX).read_to_end(&mut head)?;
    let name = path.file_name().map(|name| name.display().to_string()).unwrap_or_default();
    aside::put(app, &name, bytes, &head, why)
}

#[cfg(test)]
mod tests {
    use duban_testkit::world::World;

    use super::*;

    #[test]
    fn mail_in_a_maildir_is_taken_in_once_and_put_aside() {
        let world = World::sqlite();
        let folder = tempfile::tempdir().unwrap();
        for part in ["new", "cur"] {
            fs::create_dir(folder.path().join(part)).unwrap();
        }
        let mail = "From: wang.test@example.cn\r\nMessage-ID: <1@example.cn>\r\nSubject: light\r\n\r\nThe light is out.\r\n";
        for name in ["1.a", "2.b"] {
            fs::write(folder.path().join("new").join(name), mail).unwrap();
        }
        fs::write(folder.path().join("new/3.c"), [mail, &"x".repeat(4_000)].concat()).unwrap();
        assert_eq!(look(&world.app, folder.path(), 2_000).unwrap(), 3);
        let mut aside: Vec<_> =
            fs::read_dir(folder.path().join("cur")).unwrap().map(|e| e.unwrap().file_name()).collect();
        aside.sort();
        assert_eq!(aside, ["1.a:2,S", "2.b:2,S", "3.c:2,F"]);
        assert_eq!(look(&world.app, folder.path(), 2_000).unwrap(), 0);
        let large = aside::list(&world.ctx("operator", "hotline")).unwrap();
        assert_eq!((large.len(), large[0].why, large[0].file.as_str()), (1, Why::TooLarge, "3.c"));
        let query = duban_app::NoticeQuery::default();
        let told = duban_app::notice::ledger(&world.ctx("supervisor", "hotline"), &query).unwrap();
        let receipts = told.entries.iter().filter(|e| e.kind == duban_domain::notice::NoticeKind::Receipt);
        assert_eq!(receipts.count(), 1, "the same Message-ID twice is one request");
    }

    #[test]
    fn a_mail_that_is_too_costly_to_read_is_flagged_and_not_put_in_the_trash() {
        let world = World::sqlite();
        let folder = tempfile::tempdir().unwrap();
        for part in ["new", "cur"] {
            fs::create_dir(folder.path().join(part)).unwrap();
        }
        let mail = "From: wang.test@example.cn\r\nMessage-ID: <1@example.cn>\r\nSubject: light\r\n\r\n";
        fs::write(folder.path().join("new/1.a"), [mail, &"boundary ".repeat(300)].concat()).unwrap();
        assert_eq!(look(&world.app, folder.path(), 20_000).unwrap(), 1);
        assert!(folder.path().join("cur/1.a:2,F").exists());
        // The desk sees that it came, from whom and about what, until somebody has seen to it.
        let desk = world.ctx("operator", "hotline");
        let [letter] = aside::list(&desk).unwrap().try_into().unwrap();
        assert_eq!((letter.from.as_str(), letter.subject.as_str()), ("w***@example.cn", "light"));
        assert_eq!(
            (letter.why, letter.file.as_str(), aside::waiting(&desk).unwrap()),
            (Why::Unreadable, "1.a", 1)
        );
        assert_eq!(aside::waiting(&world.ctx("handler", "urban")).unwrap(), 0);
        assert!(aside::list(&world.ctx("handler", "urban")).is_err());
        // Put aside a second time, after a crash in between: it is the same mail.
        fs::rename(folder.path().join("cur/1.a:2,F"), folder.path().join("new/1.a")).unwrap();
        look(&world.app, folder.path(), 20_000).unwrap();
        aside::see_to(&desk, letter.id).unwrap();
        assert!(aside::see_to(&desk, letter.id).is_err() && aside::waiting(&desk).unwrap() == 0);
        assert_eq!(aside::list(&desk).unwrap()[0].seen.as_ref().unwrap().1, "测试·operator");
    }
}
