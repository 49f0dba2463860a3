//! Orders by the rules of the published message; answers in both shapes.

use duban_domain::{
    ledger::Fen,
    service::{BankAccount, application::PaymentState, bank::BankReason},
};

use super::bank::{Order, Payee, pain_001, read};

fn payee(reference: &str, fen: i64, name: &str) -> Payee {
    let account = "6228480402564890018".to_owned();
    Payee { reference: reference.into(), fen: Fen(fen), name: name.into(), account }
}

/// The published message: its elements, their order, its sums and counts.
const ORDER: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09">
 <CstmrCdtTrfInitn>
  <GrpHdr>
   <MsgId>B20260105-01</MsgId>
   <CreDtTm>2026-01-05T17:30:00+08:00</CreDtTm>
   <NbOfTxs>2</NbOfTxs>
   <CtrlSum>203.55</CtrlSum>
   <InitgPty>
    <Nm>测试专户</Nm>
   </InitgPty>
  </GrpHdr>
  <PmtInf>
   <PmtInfId>B20260105-01</PmtInfId>
   <PmtMtd>TRF</PmtMtd>
   <NbOfTxs>2</NbOfTxs>
   <CtrlSum>203.55</CtrlSum>
   <ReqdExctnDt>
    <Dt>2026-01-05</Dt>
   </ReqdExctnDt>
   <Dbtr>
    <Nm>测试专户</Nm>
   </Dbtr>
   <DbtrAcct>
    <Id>
     <Othr>
      <Id>0001</Id>
     </Othr>
    </Id>
   </DbtrAcct>
   <DbtrAgt>
    <FinInstnId>
     <Nm>测试银行</Nm>
    </FinInstnId>
   </DbtrAgt>
   <CdtTrfTxInf>
    <PmtId>
     <InstrId>H20260105-0001-1</InstrId>
     <EndToEndId>H20260105-0001-1</EndToEndId>
    </PmtId>
    <Amt>
     <InstdAmt Ccy="CNY">203.50</InstdAmt>
    </Amt>
    <Cdtr>
     <Nm>路测试</Nm>
    </Cdtr>
    <CdtrAcct>
     <Id>
      <Othr>
       <Id>6228480402564890018</Id>
      </Othr>
     </Id>
    </CdtrAcct>
    <RmtInf>
     <Ustrd>押金退费</Ustrd>
    </RmtInf>
   </CdtTrfTxInf>
   <CdtTrfTxInf>
    <PmtId>
     <InstrId>H20260105-0002-1</InstrId>
     <EndToEndId>H20260105-0002-1</EndToEndId>
    </PmtId>
    <Amt>
     <InstdAmt Ccy="CNY">0.05</InstdAmt>
    </Amt>
    <Cdtr>
     <Nm>A &amp; &lt;B&gt;</Nm>
    </Cdtr>
    <CdtrAcct>
     <Id>
      <Othr>
       <Id>6228480402564890018</Id>
      </Othr>
     </Id>
    </CdtrAcct>
    <RmtInf>
     <Ustrd>押金退费</Ustrd>
    </RmtInf>
   </CdtTrfTxInf>
  </PmtInf>
 </CstmrCdtTrfInitn>
</Document>"#;

#[test]
fn an_order_has_the_elements_in_their_order_and_its_sums_and_counts_fit() {
    let account =
        BankAccount { holder: "测试专户".into(), number: "0001".into(), bank: "测试银行".into() };
    let order = Order {
        number: "B20260105-01",
        at: "2026-01-05T17:30:00+08:00".into(),
        day: "2026-01-05".into(),
        account: &account,
        remark: "押金退费".into(),
        payments: vec![payee("H20260105-0001-1", 20_350, "路测试"), payee("H20260105-0002-1", 5, "A & <B>")],
    };
    assert_eq!(pain_001(&order).unwrap(), ORDER);
}

const ANSWER: &str = r#"<?xml version="1.0"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
<GrpHdr><MsgId>BANK-1</MsgId><CreDtTm>2026-01-06T09:00:00+08:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>B1</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>B1</OrgnlPmtInfId>
<TxInfAndSts><OrgnlEndToEndId>H1-1</OrgnlEndToEndId><TxSts>ACSC</TxSts><AcctSvcrRef>R1</AcctSvcrRef><OrgnlTxRef><Amt><InstdAmt Ccy="CNY">203.50</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>
<TxInfAndSts><OrgnlEndToEndId>H2-1</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>BE01</Cd></Rsn></StsRsnInf></TxInfAndSts>
<TxInfAndSts><OrgnlEndToEndId>H3-1</OrgnlEndToEndId><TxSts>PDNG</TxSts></TxInfAndSts>
</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"#;

#[test]
fn an_answer_as_pain_002_is_read() {
    let answer = read(ANSWER.as_bytes()).unwrap();
    assert_eq!(answer.batch.as_deref(), Some("B1"));
    let told: Vec<_> =
        answer.outcomes.iter().map(|o| (o.reference.as_str(), o.state, o.reason, o.fen)).collect();
    assert_eq!(
        told,
        [
            ("H1-1", PaymentState::Paid, None, Some(Fen(20_350))),
            ("H2-1", PaymentState::Failed, Some(BankReason::OtherName), None),
            ("H3-1", PaymentState::Sent, None, None),
        ]
    );
    assert_eq!(answer.outcomes[0].bank_reference, "R1");
}

#[test]
fn a_table_is_read_in_utf_8_and_in_the_encoding_of_banks() {
    let text = "业务编号,金额,状态,失败原因,银行流水号\nH1-1,203.50,成功,,R1\nH2-1,5.00,失败,户名不符,\n";
    let gb = encoding_rs::GB18030.encode(text).0.into_owned();
    let answers = [read(text.as_bytes()).unwrap(), read(&gb).unwrap()];
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].outcomes[1].reason, Some(BankReason::OtherName));
    assert_eq!(answers[0].outcomes[0].fen, Some(Fen(20_350)));
}

#[test]
fn what_cannot_be_read_says_what_and_nothing_of_it_counts() {
    let wrong = |text: &str| read(text.as_bytes()).unwrap_err();
    assert_eq!(wrong("金额\n1\n"), "没有“业务编号”一栏 (no column 业务编号)");
    assert_eq!(wrong("业务编号,状态\nH1,好\n"), "状态 好");
    assert_eq!(wrong("<Document/>"), "XML 不完整 (cut short)");
    assert_eq!(wrong("<Document><A>1</A></Document>"), "不是 pain.002 (not a pain.002)");
    assert!(wrong(&ANSWER.replace("PDNG", "XXXX")).starts_with("TxSts"));
    assert!(read(&ANSWER.as_bytes()[..400]).is_err());
}

#[test]
fn a_batch_that_the_bank_refuses_as_a_whole_says_why() {
    let text = "<Document><CstmrPmtStsRpt><OrgnlGrpInfAndSts><OrgnlMsgId>B1</OrgnlMsgId><GrpSts>RJCT</GrpSts>\
        <StsRsnInf><Rsn><Cd>AC06</Cd></Rsn></StsRsnInf></OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>";
    let answer = read(text.as_bytes()).unwrap();
    assert_eq!((answer.batch.as_deref(), answer.all), (Some("B1"), Some(BankReason::Frozen)));
}

#[test]
fn an_order_sent_twice_was_taken_for_one_that_failed_and_would_have_been_paid_again() {
    let group = |code: &str| {
        let reason = format!("<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>");
        format!(
            "<Document><CstmrPmtStsRpt><OrgnlGrpInfAndSts><OrgnlMsgId>B1</OrgnlMsgId><GrpSts>RJCT</GrpSts>{reason}</OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>"
        )
    };
    for code in ["AM05", "DU01", "DU04"] {
        let said = read(group(code).as_bytes()).unwrap_err();
        assert!(said.starts_with(code), "{said}");
    }
    assert!(read(group("AC01").as_bytes()).unwrap().all.is_some());
}
