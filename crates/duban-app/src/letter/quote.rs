//! Cuts what somebody quoted: the mail that they answer stands in our ledger already. What cannot be
//! told apart for certain stays; the whole is kept in the original.

/// The words above what is quoted; all of it when nothing stands above.
pub(super) fn cut(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let lines: Vec<&str> = text.lines().collect();
    let end = (0..lines.len()).find(|at| begins(&lines, *at)).unwrap_or(lines.len());
    let own = lines[..end].iter().filter(|line| !is_quoted(line)).copied().collect::<Vec<_>>();
    let own = without_signature(&own).join("\n");
    let own = own.trim();
    if own.is_empty() { text.trim().to_owned() } else { own.to_owned() }
}

fn is_quoted(line: &str) -> bool {
    line.trim_start().starts_with('>')
}

/// Whether what programs put above a quoted mail begins here.
fn begins(lines: &[&str], at: usize) -> bool {
    let line = lines[at].trim();
    let bare = line.trim_matches(['-', '_', '=', '*', ' ', '\u{2014}', '\u{2500}']);
    let ruled = line.starts_with("--") || line.starts_with("__") || line.starts_with("\u{2014}\u{2014}");
    let titles = [
        "Original Message",
        "Original message",
        "Forwarded message",
        "原始邮件",
        "原邮件",
        "转发邮件信息",
        "回复的原邮件",
        "回复的邮件",
        "邮件原件",
    ];
    if ruled && titles.contains(&bare) {
        return true;
    }
    if is_head(line) && lines[at + 1..].iter().take(4).filter(|line| is_head(line.trim())).count() >= 2 {
        return true;
    }
    // "On Monday …, Hotline wrote:", over one line or two, right before what is quoted.
    let next = lines[at + 1..].iter().take(4).map(|line| line.trim()).find(|line| !line.is_empty());
    let said = |line: &str| {
        let end = line.trim_end();
        end.ends_with("wrote:") || end.ends_with("写道：") || end.ends_with("写道:")
    };
    let dated = line.starts_with("On ") || line.starts_with("在") || line.chars().any(|c| c.is_ascii_digit());
    (said(line) && dated)
        || (line.starts_with("On ")
            && !said(line)
            && next.is_some_and(|next| said(next) && next.contains('@')))
}

/// A line of the head that some programs put above a quoted mail.
fn is_head(line: &str) -> bool {
    let line = line.trim_start_matches(['*', '>', ' ']);
    let Some((name, _)) = line.split_once([':', '：']) else { return false };
    let name = name.trim_end_matches('*').trim();
    [
        "From",
        "Sent",
        "Date",
        "To",
        "Subject",
        "Cc",
        "发件人",
        "发件时间",
        "发送时间",
        "发送日期",
        "日期",
        "收件人",
        "主题",
        "抄送",
    ]
    .contains(&name)
}

/// Everything from `-- ` on is a signature (RFC 3676).
fn without_signature<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let end = lines.iter().position(|line| *line == "-- ").unwrap_or(lines.len());
    lines[..end].to_vec()
}

#[cfg(test)]
mod tests {
    use super::cut;

    /// Somebody sent a mail of a million blank lines, and no mail came in for a day.
    #[test]
    fn a_mail_of_blank_lines_is_read_in_one_pass() {
        let mail = format!("a{}b", "\n".repeat(1_000_000));
        assert_eq!(cut(&mail), mail);
    }

    #[test]
    fn what_programs_quote_is_cut_and_nothing_else() {
        for (mail, own) in [
            ("换好了，谢谢\n\n> 您好：\n> 已经收到", "换好了，谢谢"),
            ("Still dark.\n\nOn Mon, 5 Jan 2026 at 09:00, Hotline <a@b.cn> wrote:\n> Hello", "Still dark."),
            (
                "Still dark.\n\nOn Mon, 5 Jan 2026 at 09:00, The Hotline of the City\n<no-reply@hotline.example.cn> wrote:\n\n> Hello",
                "Still dark.",
            ),
            (
                "在三楼。\n\n------------------ 原始邮件 ------------------\n发件人: \"12345\"\n主题: 请您补充",
                "在三楼。",
            ),
            (
                "在三楼。\n\n发件人：12345\n发送时间：2026年1月5日\n收件人：王\n主题：请您补充\n\n您好",
                "在三楼。",
            ),
            (
                "在 2026年1月5日，12345 写道：\n> 您好\n\n在三楼。",
                "在 2026年1月5日，12345 写道：\n> 您好\n\n在三楼。",
            ),
            ("> 您在几楼？\n三楼。\n> 哪一户？\n左边。", "三楼。\n左边。"),
            ("好。\n-- \n王\n139", "好。"),
            ("地点：建设中路\n时间：晚上", "地点：建设中路\n时间：晚上"),
            ("> 全是引用", "> 全是引用"),
        ] {
            assert_eq!(cut(mail), own, "{mail}");
        }
    }
}
