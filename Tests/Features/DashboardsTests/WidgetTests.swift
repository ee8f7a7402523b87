import Dashboards
import MetricMath
import SignalModel
import Testing

struct WidgetTests {
    private func widget(_ json: String) throws -> MetricWidget {
        let (widget, errors) = try MetricWidget.image(json: Array(json.utf8))
        #expect(errors == [])
        return widget
    }

    private func names(_ widget: MetricWidget) -> [String] {
        widget.metrics.map { metric in
            switch metric.source {
            case .expression(let text): text
            case .metric(let identity): ([identity.namespace, identity.name] + identity.dimensions.map { "\($0.name)=\($0.value)" }).joined(separator: " ")
            }
        }
    }

    @Test func `a dot repeats the same place of the row before, three dots all of it up to the values that follow`() throws {
        let found = try widget(
            """
            {"metrics":[
              ["AWS/EC2","CPUUtilization","InstanceId","i-1",{"label":"one"}],
              ["...","i-2"],
              [".","NetworkIn",".","."],
              [{"expression":"m1 * 2","id":"e1"}],
              [".","DiskReadBytes",".","i-3"],
              ["..."],
              ["Other","M"]
            ]}
            """)
        #expect(
            names(found) == [
                "AWS/EC2 CPUUtilization InstanceId=i-1", "AWS/EC2 CPUUtilization InstanceId=i-2", "AWS/EC2 NetworkIn InstanceId=i-2",
                "m1 * 2", "AWS/EC2 DiskReadBytes InstanceId=i-3", "AWS/EC2 DiskReadBytes InstanceId=i-3", "Other M",
            ])
    }

    @Test func `three dots may stand before several values`() throws {
        let found = try widget(#"{"metrics":[["N","M","A","1","B","2"],["...","3","C","4"]]}"#)
        #expect(names(found) == ["N M A=1 B=2", "N M A=3 C=4"])
    }

    @Test func `rows become queries: own words before the widget's, free ids, hidden ones for expressions only`() throws {
        let found = try widget(
            """
            {"stat":"Sum","period":60,"metrics":[
              ["N","A",{"id":"m1","stat":"p90","period":300,"visible":false}],
              ["N","B"],
              [{"expression":"SUM(METRICS())","label":"all"}]
            ]}
            """)
        let queries = try found.queries()
        #expect(queries.map(\.id) == ["m1", "m2", "m3"])
        #expect(queries.map { $0.metricStat?.statisticText } == ["p90", "Sum", nil])
        #expect(queries.map { $0.metricStat?.periodSeconds } == [300, 60, nil])
        #expect(queries.map(\.returnsData) == [false, true, true])
        #expect(queries[2].label == "all")
        #expect(queries[2].periodSeconds == 60)
    }

    @Test func `a widget that says nothing looks like CloudWatch's`() throws {
        let found = try widget(#"{"metrics":[["N","M"]]}"#)
        #expect(found.view == .timeSeries && !found.isStacked && found.stat == "Average" && found.periodSeconds == 300)
        #expect(found.legend == .bottom && found.theme == .light && found.width == 600 && found.height == 400)
        #expect(found.metrics[0].isVisible && found.metrics[0].axis == .left)
    }

    @Test func `annotations are lines or bands, and invisible ones are not there`() throws {
        let found = try widget(
            """
            {"metrics":[["N","M"]],"annotations":{
              "horizontal":[{"value":5,"label":"limit","color":"#f00","fill":"above"},[{"value":1,"label":"band"},{"value":2}],{"value":9,"visible":false}],
              "vertical":[{"value":"2026-11-21T08:00:00Z","label":"deploy"},[{"value":"2026-11-21T09:00:00Z"},{"value":"2026-11-21T10:00:00Z","label":"window"}]]}}
            """)
        #expect(found.annotations.horizontal.map(\.value) == [5, 1])
        #expect(found.annotations.horizontal.map(\.upper) == [nil, 2])
        #expect(found.annotations.horizontal[0].color == WidgetColor(red: 255, green: 0, blue: 0))
        #expect(found.annotations.horizontal[0].fill == .above)
        #expect(found.annotations.vertical.map(\.label) == ["deploy", "window"])
        #expect(found.annotations.vertical[1].end == Timestamp(seconds: 1_795_255_200))
    }

    @Test(arguments: [
        ("-PT3H", 10_800), ("PT3H", 10_800), ("P1D", 86_400), ("-P1W", 604_800), ("P1DT12H", 129_600), ("PT30M", 1800), ("P1M", 2_592_000),
    ])
    func `durations are times before the present`(text: String, seconds: Int64) {
        #expect(WidgetTime(text) == .ago(seconds: seconds))
    }

    @Test(arguments: ["", "P", "PT", "-3H", "P3H", "PT3D", "P1", "yesterday", "P99999999999Y", "PT1HT2M"])
    func `other texts are no times`(text: String) {
        #expect(WidgetTime(text) == nil)
    }

    @Test func `instants are times too`() {
        #expect(WidgetTime("2026-11-21T08:00:00.000Z") == .instant(Timestamp(seconds: 1_795_248_000)))
    }

    @Test(arguments: [("+0000", 0), ("+0130", 90), ("-0800", -480)])
    func `zones are minutes`(text: String, minutes: Int) {
        #expect(MetricWidget.minutes(ofZone: text) == minutes)
    }
}
