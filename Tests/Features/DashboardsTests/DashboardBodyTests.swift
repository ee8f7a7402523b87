import Dashboards
import Testing

/// What CloudWatch says about bodies; the messages are those that its users have reported, the rest are ours in the same style.
struct DashboardBodyTests {
    private func read(_ json: String) throws -> DashboardBody { try DashboardBody(json: Array(json.utf8)) }

    private func metric(_ properties: String) throws -> DashboardBody {
        try read(#"{"widgets":[{"type":"metric","properties":{\#(properties)}}]}"#)
    }

    private func errors(_ body: DashboardBody) -> [String] { body.errors.map { "\($0.dataPath) \($0.message)" } }

    @Test func `a body that is no JSON object is told apart from one with mistakes in it`() {
        for text in ["", "[]", "3", "{", #"{"widgets":[]} x"#] {
            #expect(throws: DashboardBody.NotAnObject.self) { try read(text) }
        }
    }

    @Test func `an empty list of widgets is a dashboard, a body without one is not`() throws {
        #expect(errors(try read(#"{"widgets":[]}"#)) == [])
        #expect(errors(try read("{}")) == [" Should have required property 'widgets'"])
        #expect(errors(try read(#"{"widgets":{}}"#)) == ["/widgets Should be array"])
    }

    @Test func `a metric widget without a source is told so in CloudWatch's three messages`() throws {
        #expect(
            errors(try metric("")) == [
                "/widgets/0/properties Should have required property 'metrics'",
                "/widgets/0/properties The metric widget should have specified a region and a data source or an alarm annotation",
                "/widgets/0/properties Should have required property 'annotations'",
            ])
        #expect(errors(try metric(#""annotations":{"alarms":["arn:aws:cloudwatch:us-east-1:1:alarm:a"]}"#)) == [])
    }

    @Test func `rows that are texts are told what a row is`() throws {
        #expect(
            errors(try metric(#""region":"us-east-1","metrics":["AWS/Lambda","Errors"]"#)) == [
                "/widgets/0/properties/metrics/0 Should be array",
                #"/widgets/0/properties/metrics/0 Field "metrics" has to be an array of array of strings, with an optional metricRenderer object as last element"#,
                "/widgets/0/properties/metrics/1 Should be array",
                #"/widgets/0/properties/metrics/1 Field "metrics" has to be an array of array of strings, with an optional metricRenderer object as last element"#,
            ])
    }

    @Test(arguments: [
        (#"["NS"]"#, "/metrics/0 Should NOT have less than 2 items"),
        (#"["NS","M","D"]"#, "/metrics/0 Should have a value for each dimension"),
        (#"["NS",3]"#, "/metrics/0/1 Should be string"),
        (#"[".","M"]"#, "/metrics/0 Should repeat only what stands in the metric before"),
        (#"["...","x"]"#, "/metrics/0 Should repeat only what stands in the metric before"),
        (#"["NS","M",{"color":"red"}]"#, "/metrics/0/2/color Should match pattern \"^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$\""),
        (#"["NS","M",{"id":"M1"}]"#, "/metrics/0/2/id Should match pattern \"^[a-z][a-zA-Z0-9_]*$\""),
        (#"["NS","M",{"stat":"p101"}]"#, "/metrics/0/2/stat Should be a statistic"),
        (#"["NS","M",{"period":45}]"#, "/metrics/0/2/period Should be 1, 5, 10, 20, 30 or a multiple of 60"),
        (#"["NS","M",{"yAxis":"top"}]"#, "/metrics/0/2/yAxis Should be equal to one of the allowed values"),
        (#"["NS","M",{"visible":"no"}]"#, "/metrics/0/2/visible Should be boolean"),
        (#"["NS",{"expression":"m1"}]"#, "/metrics/0 Should have either a metric or an expression, not both"),
    ])
    func `a row's mistake is found at its place`(row: String, expected: String) throws {
        let body = try metric(#""region":"us-east-1","metrics":[\#(row)]"#)
        #expect(errors(body) == ["/widgets/0/properties\(expected)"])
    }

    @Test(arguments: [
        (#""view":"lines""#, "/view Should be equal to one of the allowed values"),
        (#""stacked":1"#, "/stacked Should be boolean"),
        (#""title":[]"#, "/title Should be string"),
        (#""period":"60""#, "/period Should be integer"),
        (#""yAxis":{"left":{"min":5,"max":5}}"#, "/yAxis/left Should have a min that is less than its max"),
        (#""legend":{"position":"top"}"#, "/legend/position Should be equal to one of the allowed values"),
        (#""annotations":{"horizontal":[{}]}"#, "/annotations/horizontal/0 Should have required property 'value'"),
        (#""annotations":{"vertical":[{"value":"noon"}]}"#, "/annotations/vertical/0/value Should match format \"date-time\""),
        (#""annotations":{"horizontal":[[{"value":1}]]}"#, "/annotations/horizontal/0 Should have the two edges of a band"),
        (#""view":"gauge""#, " Should have yAxis.left.min and yAxis.left.max for a gauge"),
        (#""timezone":"CET""#, #"/timezone Should match pattern "^[+-]\d{4}$""#),
    ])
    func `a property's mistake is found at its place`(property: String, expected: String) throws {
        let body = try metric(#""region":"us-east-1","metrics":[["NS","M"]],\#(property)"#)
        #expect(errors(body) == ["/widgets/0/properties\(expected)"])
    }

    @Test(arguments: [
        (#"{"type":"metric"}"#, "/widgets/0 Should have required property 'properties'"),
        (#"{"type":"map","properties":{}}"#, "/widgets/0/type Should be equal to one of the allowed values"),
        (#"{"type":"text","properties":{}}"#, "/widgets/0/properties Should have required property 'markdown'"),
        (#"{"type":"text","x":20,"y":0,"width":6,"properties":{"markdown":""}}"#, "/widgets/0 The sum of x and width should be <= 24"),
        (#"{"type":"text","x":24,"y":0,"width":1,"properties":{"markdown":""}}"#, "/widgets/0/x Should be <= 23"),
        (#"{"type":"text","width":25,"properties":{"markdown":""}}"#, "/widgets/0/width Should be <= 24"),
        (#"{"type":"text","height":0,"properties":{"markdown":""}}"#, "/widgets/0/height Should be >= 1"),
        (#"{"type":"text","x":1,"properties":{"markdown":""}}"#, "/widgets/0 Should have both x and y, or neither of them"),
        (#"{"type":"log","properties":{"query":"x"}}"#, "/widgets/0/properties Should have required property 'region'"),
        (#"{"type":"alarm","properties":{}}"#, "/widgets/0/properties Should have required property 'alarms'"),
        (#"{"type":"alarm","properties":{"alarms":["a"],"states":["BAD"]}}"#, "/widgets/0/properties/states/0 Should be equal to one of the allowed values"),
        (#"{"type":"custom","properties":{}}"#, "/widgets/0/properties Should have required property 'endpoint'"),
        ("7", "/widgets/0 Should be object"),
    ])
    func `a widget's mistake is found at its place`(widget: String, expected: String) throws {
        #expect(errors(try read(#"{"widgets":[\#(widget)]}"#)) == [expected])
    }

    @Test func `variables of both types, with values of their own or found by a search, are understood`() throws {
        let body = try read(
            #"""
            {"variables":[
              {"type":"property","property":"region","inputType":"radio","id":"region","label":"Region","defaultValue":"us-east-1","visible":true,
               "values":[{"value":"us-east-1","label":"N. Virginia"},{"value":"eu-west-1"}]},
              {"type":"property","property":"FunctionName","inputType":"select","id":"fn","search":"{AWS/Lambda,FunctionName} MetricName=\"Errors\"",
               "populateFrom":"FunctionName"},
              {"type":"pattern","pattern":"prod","inputType":"input","id":"stage"}
            ],"widgets":[]}
            """#)
        #expect(body.findings == [])
    }

    @Test(arguments: [
        (#"{"type":"pattern","id":"a","property":"region"}"#, " Should have required property 'pattern'"),
        (#"{"type":"property","id":"a","pattern":"prod"}"#, " Should have required property 'property'"),
        (#"{"type":"property","property":"region"}"#, " Should have required property 'id'"),
        (#"{"type":"choice","id":"a"}"#, "/type Should be equal to one of the allowed values"),
        (#"{"id":"a"}"#, " Should have required property 'type'"),
        (#"{"type":"pattern","pattern":7,"id":"a"}"#, "/pattern Should be string"),
        (#"{"type":"pattern","pattern":"p","id":"a","inputType":"slider"}"#, "/inputType Should be equal to one of the allowed values"),
        (#"{"type":"property","property":"p","id":"a","search":"{NS,D}"}"#, " Should have required property 'populateFrom'"),
        (#"{"type":"property","property":"p","id":"a","values":["x"]}"#, "/values/0 Should be object"),
        (#"{"type":"property","property":"p","id":"a","values":[{"label":"x"}]}"#, "/values/0 Should have required property 'value'"),
        (#"{"type":"property","property":"p","id":"a","visible":"no"}"#, "/visible Should be boolean"),
        ("3", " Should be object"),
    ])
    func `a variable's mistake is found at its place`(variable: String, expected: String) throws {
        #expect(errors(try read(#"{"widgets":[],"variables":[\#(variable)]}"#)) == ["/variables/0" + expected])
    }

    @Test func `what nobody knows is said and kept`() throws {
        let body = try metric(#""region":"us-east-1","metrics":[["NS","M",{"shape":"round"}]],"wings":2"#)
        #expect(errors(body) == [])
        #expect(
            body.findings.map(\.dataPath) == ["/widgets/0/properties/wings", "/widgets/0/properties/metrics/0/2/shape"])
    }

    @Test func `there are at most 500 widgets, and 500 metrics in one of them`() throws {
        func body(_ count: Int) -> String {
            #"{"widgets":[\#(Array(repeating: #"{"type":"text","properties":{"markdown":"a"}}"#, count: count).joined(separator: ","))]}"#
        }
        #expect(errors(try read(body(500))) == [])
        #expect(errors(try read(body(501))) == ["/widgets Should NOT have more than 500 items"])
        let rows = Array(repeating: #"["N","M"]"#, count: 501).joined(separator: ",")
        #expect(errors(try metric(#""region":"r","metrics":[\#(rows)]"#)) == ["/widgets/0/properties/metrics Should NOT have more than 500 items"])
    }

    @Test func `a body that is wrong everywhere is told its first mistakes only`() throws {
        let rows = Array(repeating: "[3]", count: 499).joined(separator: ",")
        let widget = #"{"type":"metric","properties":{"region":"r","metrics":[\#(rows)]}}"#
        let body = try read(#"{"widgets":[\#(widget),\#(widget),\#(widget)]}"#)
        #expect(body.errors.count == 500)
    }
}
