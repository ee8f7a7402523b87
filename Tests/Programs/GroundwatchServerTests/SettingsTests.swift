import Testing

@testable import GroundwatchServer

struct SettingsTests {
    private func read(_ arguments: String..., environment: [String: String] = [:]) throws -> ServerConfiguration {
        try Settings.configuration(arguments: arguments, environment: environment)
    }

    @Test func `nothing said means the defaults`() throws {
        #expect(try read() == ServerConfiguration())
    }

    @Test func `a flag beats the environment, which beats the default`() throws {
        let environment = ["GROUNDWATCH_EDGE": "127.0.0.1:1", "GROUNDWATCH_DATA": "/d", "PATH": "/bin"]
        let configuration = try read("--edge", "127.0.0.1:2", environment: environment)
        #expect(configuration.edge.port == 2)
        #expect(configuration.dataDirectory == "/d")
    }

    @Test func `flags take their value behind a space or an equals sign`() throws {
        #expect(try read("--edge=[::1]:99").edge == ServerConfiguration.Address(host: "::1", port: 99))
        #expect(try read("--doors", "edge").doors == [.edge])
        #expect(try read("--memory", "512MiB").memoryBytes == 512 << 20)
        #expect(try read("--metric-days", "30").metricDays == 30)
        #expect(try read("--self-metrics", "0").selfMetricsSeconds == 0)
        #expect(try read("--self-metrics-account", "123456789012").selfMetricsAccount == "123456789012")
    }

    @Test(arguments: [("--ege", "--edge"), ("--dta", "--data"), ("--regoin=x", "--region")])
    func `an unknown flag is told the nearest known one`(wrong: String, near: String) {
        let error = #expect(throws: Settings.Invalid.self) { try read(wrong) }
        #expect(error?.message.contains("did you mean \(near)?") == true)
    }

    @Test func `an unknown variable of ours is an error too`() {
        #expect(throws: Settings.Invalid.self) { try read(environment: ["GROUNDWATCH_DAAT": "x"]) }
    }

    @Test(arguments: [
        ["--edge", "4566"], ["--edge", "a:b"], ["--edge", "1:2:3"], ["--edge", ":80"], ["--edge", "h:70000"], ["--edge"], ["--doors", "window"],
        ["--memory", "1"], ["--metric-days", "0"], ["--metric-days", "456"], ["--self-metrics", "-1"], ["--self-metrics-account", "12"], ["--memory", "9999999999GiB"], ["--memory", "-1GiB"], ["--memory", "12XB"], ["--region", "Us_East"], ["--data", ""],
        ["stray"],
    ])
    func `what cannot be is refused`(arguments: [String]) {
        #expect(throws: Settings.Invalid.self) { try Settings.configuration(arguments: arguments, environment: [:]) }
    }
}
