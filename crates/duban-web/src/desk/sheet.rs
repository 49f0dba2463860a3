//! 工单 PDF: number, description, dates, map, history and photos on A4, for the records system. The
//! same words as on the page; people as masked as there.

use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use duban_app::{
    MediaKind,
    case::show::{self, Shown},
    media,
};
use duban_domain::Number;

use super::{checklist::Checks, paper::Paper, present, timeline, words};
use crate::{
    frame::{Desk, PageResult, Shell, map::MapView},
    questions,
};

/// Photos of one sheet; more are named only.
const PHOTOS_MAX: usize = 12;
/// How high a photo and the map are at most, in points.
const PHOTO_HIGH: f32 = 300.0;
const MAP_HIGH: f32 = 200.0;

/// The sheet of a case.
pub(crate) async fn serve(desk: Desk, Path(on): Path<String>) -> PageResult {
    let number = words::number(&on)?;
    let (shown, photos) = desk
        .run(move |ctx| {
            let shown = show::show(ctx, &number)?;
            let pictures = shown.media.iter().filter(|m| m.kind == MediaKind::Photo).take(PHOTOS_MAX);
            let photos = pictures
                .map(|m| media::for_staff(ctx, &number, m.id, media::Look::default()))
                .collect::<Result<Vec<_>, _>>()?;
            Ok((shown, photos))
        })
        .await?;
    Ok(file(&shown.case.number, write(&desk, &shown, photos)))
}

fn file(number: &Number, bytes: Vec<u8>) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    if let Ok(name) = HeaderValue::try_from(format!("inline; filename=\"duban-{number}.pdf\"")) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

fn write(desk: &Desk, shown: &Shown, photos: Vec<media::Shown>) -> Vec<u8> {
    let s = desk.shell();
    let mut paper = Paper::new();
    let number = shown.case.number.grouped();
    paper.text(&format!("{} {} · {}", s.city, s.hotline, s.t("工单", "Case sheet")), 9.0);
    paper.text(&shown.row.title, 17.0);
    paper.space(4.0);
    head(&mut paper, desk, &s, shown);
    said(&mut paper, desk, &s, shown);
    checks(&mut paper, desk, &s, shown);
    answers(&mut paper, desk, &s, shown);
    place(&mut paper, desk, &s, shown);
    pictures(&mut paper, &s, photos);
    past(&mut paper, desk, &s, shown);
    let (printed, by) = (s.when(&s.now).full, desk.who.name.clone());
    let title = format!("{} {number}", s.t("工单", "Case"));
    let foot = |page, total| match s.lang {
        duban_domain::Lang::Zh => format!("{number}　第 {page} 页，共 {total} 页　{printed} {by} 导出"),
        duban_domain::Lang::En => format!("{number}   page {page} of {total}   exported {printed} by {by}"),
    };
    paper.finish(&title, foot)
}

fn head(paper: &mut Paper, desk: &Desk, s: &Shell, shown: &Shown) {
    let (city, case, row) = (&desk.site.app.city, &shown.case, &shown.row);
    paper.pair(s.t("编号", "Number"), &case.number.grouped());
    let category = case.category.as_deref().map(|key| city.category_path(key, s.lang));
    paper.pair(s.t("类别", "Category"), &category.unwrap_or_default());
    let kind = [case.kind.word(s.lang), case.urgency.word(s.lang)].join(" · ");
    paper.pair(s.t("类型和紧急程度", "Kind, urgency"), &kind);
    paper.pair(s.t("阶段", "Stage"), row.phase.word(s.lang));
    paper.pair(s.t("受理", "Opened"), &s.when(&case.opened_at).full);
    for due in present::dues(city, s, shown) {
        paper.pair(&due.name, &format!("{} {}", due.at.full, due.left));
    }
    if let Some(at) = row.closed_at {
        paper.pair(s.t("办结", "Closed"), &s.when(&at).full);
    }
    for owner in present::owners(city, shown, s.lang) {
        paper.pair(&owner.role, &owner.name);
    }
    for voice in present::voices(city, s, shown, None) {
        let person = [voice.name.as_str(), &voice.phone, &voice.channel].join(" ");
        paper.pair(s.t("诉求人", "The person"), person.trim());
    }
}

fn said(paper: &mut Paper, desk: &Desk, s: &Shell, shown: &Shown) {
    paper.heading(s.t("诉求", "What was said"));
    for voice in &shown.voices {
        let request = &voice.request;
        paper.text(&format!("{} · {}", request.number.grouped(), s.when(&request.received_at).full), 8.5);
        paper.text(&request.text, 10.5);
        for (ask, answer) in questions::details(&desk.site.app.city, &request.details, s.lang) {
            paper.pair(&ask, &answer);
        }
        paper.space(4.0);
    }
}

fn checks(paper: &mut Paper, desk: &Desk, s: &Shell, shown: &Shown) {
    let checks = Checks::of(&desk.site.app.city, s, shown, false, None);
    if checks.is_empty() {
        return;
    }
    paper.heading(s.t("办理清单", "Checklist"));
    let all = checks.lists.iter().flat_map(|list| &list.lines).chain(&checks.gone);
    for line in all {
        let state = if line.on { s.t("已办", "Done") } else { s.t("没有办", "Not done") };
        let must = if line.required { s.t("（必做）", " (required)") } else { "" };
        paper.pair(state, format!("{}{must} {}", line.name, line.by).trim());
    }
}

fn answers(paper: &mut Paper, desk: &Desk, s: &Shell, shown: &Shown) {
    let answers = present::answers(&desk.site.app.city, s, &shown.history);
    if answers.is_empty() {
        return;
    }
    paper.heading(s.t("答复", "Answers"));
    for answer in answers {
        paper.text(
            &[&answer.unit, &answer.outcome, &answer.state, &answer.when.full]
                .map(String::as_str)
                .join(" · "),
            8.5,
        );
        paper.text(&answer.public, 10.5);
        paper.pair(s.t("内部", "Internal"), &answer.internal);
        paper.pair(s.t("凭据", "Proof"), &answer.proof_words);
        paper.space(4.0);
    }
}

fn place(paper: &mut Paper, desk: &Desk, s: &Shell, shown: &Shown) {
    paper.heading(s.t("位置", "Place"));
    let words = present::place(&desk.site.app.city, &shown.row, s.lang);
    paper.text(if words.is_empty() { s.t("没有写明", "not given") } else { &words }, 10.5);
    let Some(point) = shown.row.point else { return };
    paper.text(&format!("{:.6}, {:.6} (WGS-84)", point.lat(), point.lng()), 8.5);
    paper.space(4.0);
    let (lines, names) = MapView::new(&desk.site.app.city, s.lang, Some(point)).sketch();
    paper.map(&lines, &names, MAP_HIGH);
    paper.text(
        s.t("示意地图，中间的十字是这件工单的位置", "A schematic map; the cross in its middle is the place"),
        8.5,
    );
}

fn pictures(paper: &mut Paper, s: &Shell, photos: Vec<media::Shown>) {
    if photos.is_empty() {
        return;
    }
    paper.heading(s.t("照片", "Photos"));
    for photo in photos {
        paper.picture(photo.bytes, &photo.name, PHOTO_HIGH);
    }
}

fn past(paper: &mut Paper, desk: &Desk, s: &Shell, shown: &Shown) {
    paper.heading(s.t("经过", "History"));
    for round in timeline::rounds(&desk.site.app.city, s, &shown.history).iter().rev() {
        paper.text(&format!("{} {}", round.name, round.why), 9.5);
        for entry in round.days.iter().rev().flat_map(|day| day.entries.iter().rev()) {
            // On paper there is no today.
            let at = entry.when.iso.get(..16).unwrap_or_default().replace('T', " ");
            paper.pair(&at, &[entry.what.as_str(), &entry.who].join(" "));
            paper.pair("", &entry.text);
        }
    }
    let erased = shown.history.iter().filter(|e| e.is_none()).count();
    if erased > 0 {
        paper.text(&format!("{erased} {}", s.t("条内容已依法删除", "entries were erased by law")), 9.5);
    }
}
