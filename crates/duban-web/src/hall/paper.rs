//! The receipt on A4: what is paid to whom, with its parts, in figures and capitals, and a code that leads to how far it is.

use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use duban_app::hall::{self, Receipt};
use qrcode::{Color, QrCode};

use crate::{
    desk::paper::Paper,
    frame::{Desk, PageResult, Shell},
};

/// How large the code is printed, in points: three centimetres.
const CODE: f32 = 85.0;

/// `POST /desk/hall/applications/{number}/receipt`: a form, because that it was printed is noted.
pub(crate) async fn receipt(desk: Desk, Path(number): Path<String>) -> PageResult {
    let receipt = desk.run(move |ctx| hall::receipt(ctx, &number)).await?;
    Ok(file(&receipt.number, write(&desk, &receipt)))
}

fn file(number: &str, bytes: Vec<u8>) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(name) = HeaderValue::try_from(format!("inline; filename=\"{number}.pdf\"")) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

fn write(desk: &Desk, receipt: &Receipt) -> Vec<u8> {
    let s = desk.shell();
    let mut paper = Paper::new();
    let (dark, size) = dark_squares(&receipt.address);
    paper.squares(&dark, size, CODE);
    paper.text(&format!("{} {}", s.city, s.hotline), 9.0);
    paper.text(s.t("办事回执", "Receipt"), 17.0);
    paper.text(&receipt.service, 12.0);
    paper.text(&receipt.number, 12.0);
    paper.space(CODE - 70.0);
    if receipt.refund {
        money(&mut paper, &s, receipt);
    }
    paper.heading(s.t("办理", "Taken down"));
    paper.pair(s.t("姓名", "Name"), &receipt.name);
    paper.pair(s.t("签字时间", "Signed"), &s.when(&receipt.signed_at).full);
    paper.pair(s.t("经办", "By"), &receipt.operator);
    paper.pair(s.t("查进度", "Follow it"), &receipt.address);
    paper.space(20.0);
    paper.text(s.t("本人签字：____________________", "Signature: ____________________"), 11.0);
    let printed = s.when(&s.now).full;
    let foot = |page, total| match s.lang {
        duban_domain::Lang::Zh => {
            format!("{}　第 {page} 页，共 {total} 页　{printed} {} 打印", receipt.number, desk.who.name)
        }
        duban_domain::Lang::En => {
            format!("{}   page {page} of {total}   printed {printed} by {}", receipt.number, desk.who.name)
        }
    };
    paper.finish(&receipt.number, foot)
}

fn money(paper: &mut Paper, s: &Shell, receipt: &Receipt) {
    let (sum, yuan) = (receipt.sum, s.t("元", "yuan"));
    paper.heading(s.t("退还金额", "What is paid back"));
    paper.pair(s.t("押金", "Deposit"), &format!("{} {yuan}", sum.deposit));
    paper.pair(s.t("加：余额", "Plus: balance"), &format!("{} {yuan}", sum.balance));
    paper.pair(s.t("减：工本费", "Less: fee"), &format!("{} {yuan}", sum.fee));
    paper.pair(s.t("应退", "Payable"), &format!("{} {yuan}  {}", sum.payable(), sum.payable().capitals()));
    paper.pair(s.t("退到", "To the account"), &receipt.account);
}

/// The dark squares of a code without its margin, and how many stand in a row: for paper.
fn dark_squares(text: &str) -> (Vec<(usize, usize)>, usize) {
    let Ok(code) = QrCode::new(text.as_bytes()) else { return (Vec::new(), 1) };
    let width = code.width();
    let dark = code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == Color::Dark);
    (dark.map(|(i, _)| (i % width, i / width)).collect(), width)
}
