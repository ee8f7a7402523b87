// swift-tools-version: 6.2
import PackageDescription

// The architecture as a table. Eight ranks; a module imports only from ranks above its own, never sideways.
// `LayeringTests` holds every `import` line in `Sources` against these rows.

struct Module {
    let name: String
    let imports: [String]
    var libraries: [String] = []        // C and C++ targets under Sources/C, each imported by one module only
    var testing: [String] = []          // what its tests need besides
}

let ranks: [(name: String, modules: [Module])] = [
    ("Foundations", [
        Module(name: "Platform", imports: [], libraries: ["CPlatform"]),
        Module(name: "Bytes", imports: [], libraries: ["CZstd", "CLz4", "CSnappy", "CXXHash", "CCrypto", "CZlib"]),
        Module(name: "Columns", imports: [], libraries: ["CRE2"]),
        Module(name: "Forecasting", imports: []),
    ]),
    ("Values", [
        Module(name: "SignalModel", imports: ["Platform", "Columns"]),
        Module(name: "WireFormats", imports: ["Platform", "Bytes", "Columns"], libraries: ["CSimdjson"]),
    ]),
    ("Engines", [
        Module(name: "ColumnStore", imports: ["Platform", "Bytes", "Columns", "SignalModel"]),
        Module(name: "Catalog", imports: ["Platform", "SignalModel", "WireFormats"], libraries: ["CSQLite"]),
        Module(name: "Charts", imports: ["Platform"], libraries: ["CCairo"]),
        Module(name: "HTTPTransport", imports: ["Platform", "WireFormats"], libraries: ["CHTTP", "CCurl"]),
        Module(name: "AWSProtocol", imports: ["Platform", "Bytes", "SignalModel", "WireFormats"]),
    ]),
    ("Languages", [
        Module(name: "MetricMath", imports: ["Columns", "Forecasting", "SignalModel"]),
        Module(name: "LogsInsights", imports: ["Platform", "Bytes", "Columns", "SignalModel"], testing: ["WireFormats"]),
        Module(name: "FilterPatterns", imports: ["Columns", "WireFormats"]),
    ]),
    ("Stores", [
        Module(name: "MetricStore", imports: ["Platform", "Bytes", "Columns", "SignalModel", "ColumnStore"]),
        Module(
            name: "LogStore", imports: ["Platform", "Bytes", "Columns", "SignalModel", "WireFormats", "ColumnStore", "Catalog"],
            testing: ["LogsInsights", "FilterPatterns"]),
        Module(name: "TraceStore", imports: ["Platform", "Bytes", "Columns", "SignalModel", "WireFormats", "ColumnStore"]),
    ]),
    ("Features", [
        Module(
            name: "Access", imports: ["Platform", "Bytes", "SignalModel", "WireFormats", "Catalog", "AWSProtocol"], libraries: ["CSodium"]),
        Module(name: "Alarms", imports: ["Platform", "Columns", "SignalModel", "WireFormats", "Catalog", "MetricMath"]),
        Module(name: "AnomalyDetectors", imports: ["Platform", "Forecasting", "SignalModel", "WireFormats", "Catalog"]),
        Module(name: "Dashboards", imports: ["SignalModel", "WireFormats", "Catalog", "MetricMath"]),
        Module(name: "MetricStreams", imports: ["Platform", "Bytes", "SignalModel", "WireFormats", "Catalog", "HTTPTransport", "MetricMath"]),
        Module(name: "Notifications", imports: ["Platform", "Bytes", "SignalModel", "WireFormats", "Catalog", "HTTPTransport"]),
    ]),
    ("FrontEnds", [
        Module(
            name: "ConsoleAPI",
            imports: ["Platform", "Columns", "SignalModel", "WireFormats", "Catalog", "AWSProtocol", "FilterPatterns", "Access", "Notifications"]),
        Module(name: "CloudWatchAPI", imports: ["Platform", "Bytes", "Forecasting", "SignalModel", "WireFormats", "AWSProtocol", "Catalog", "Charts", "MetricMath", "Alarms", "AnomalyDetectors", "Dashboards", "MetricStreams"]),
        Module(name: "LogsAPI", imports: ["Platform", "Bytes", "Columns", "SignalModel", "WireFormats", "AWSProtocol", "LogsInsights", "FilterPatterns"]),
        Module(name: "XRayAPI", imports: ["Platform", "Bytes", "Columns", "SignalModel", "WireFormats", "AWSProtocol"]),
        Module(name: "SNSAPI", imports: ["Bytes", "SignalModel", "WireFormats", "AWSProtocol", "Notifications"]),
        Module(name: "OTLPAPI", imports: ["Platform", "Bytes", "Columns", "SignalModel", "WireFormats"]),
        Module(name: "PrometheusAPI", imports: ["Platform", "Bytes", "Columns", "SignalModel", "WireFormats"]),
        Module(name: "WebConsole", imports: ["Platform", "Bytes", "WireFormats", "MetricMath", "LogsInsights"]),
    ]),
    ("Programs", [
        Module(name: "GroundwatchServer", imports: [
            "Platform", "Bytes", "Columns", "SignalModel", "WireFormats", "ColumnStore", "Catalog", "HTTPTransport", "AWSProtocol",
            "MetricMath", "MetricStore", "LogStore", "TraceStore", "Alarms", "AnomalyDetectors", "Dashboards", "MetricStreams", "Notifications",
            "CloudWatchAPI", "LogsAPI", "XRayAPI", "SNSAPI", "OTLPAPI", "PrometheusAPI", "WebConsole",
            "Access", "ConsoleAPI",
        ]),
        Module(name: "Drills", imports: [
            "Platform", "SignalModel", "WireFormats", "HTTPTransport", "AWSProtocol", "MetricMath", "Alarms", "CloudWatchAPI",
        ]),
        Module(name: "Demonstrations", imports: ["Platform", "Bytes", "SignalModel", "WireFormats", "HTTPTransport", "AWSProtocol"]),
    ]),
]

/// C libraries that need code of ours in between; the others are plain system-library targets.
let shims: [Target] = [
    .target(name: "CPlatform", path: "Sources/C/CPlatform", linkerSettings: [.linkedLibrary("m")]),
    .target(name: "CZlib", path: "Sources/C/CZlib", linkerSettings: [.linkedLibrary("z")]),
    .target(name: "CRE2", path: "Sources/C/CRE2", linkerSettings: [.linkedLibrary("re2")]),
    .target(name: "CSimdjson", path: "Sources/C/CSimdjson", linkerSettings: [.linkedLibrary("simdjson")]),
    .target(name: "CHTTP", path: "Sources/C/CHTTP", linkerSettings: [.linkedLibrary("microhttpd")]),
    .target(name: "CCurl", path: "Sources/C/CCurl", linkerSettings: [.linkedLibrary("curl")]),
]
let systemLibraries: [Target] = ["CZstd", "CLz4", "CSnappy", "CXXHash", "CCrypto", "CSQLite", "CSodium", "CCairo"].map {
    .systemLibrary(name: $0, path: "Sources/C/\($0)")
}

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

func dependencies(_ names: [String]) -> [Target.Dependency] { names.map { .byName(name: $0) } }

let modules: [Target] = ranks.flatMap { rank in
    rank.modules.map { module in
        .target(
            name: module.name, dependencies: dependencies(module.imports + module.libraries),
            path: "Sources/\(rank.name)/\(module.name)", exclude: module.name == "WebConsole" ? ["Web", "README.md"] : [],
            resources: module.name == "Demonstrations" ? [.embedInCode("EventPro/operations-dashboard.json")] : [], swiftSettings: settings, plugins: module.name == "WebConsole" ? ["PackConsole"] : [])
    }
}

/// The modules that have a test target; each mirrors its source folder under Tests.
let tested: Set<String> = [
    "Platform", "Bytes", "Columns", "Forecasting", "SignalModel", "WireFormats", "ColumnStore", "Catalog", "Charts", "HTTPTransport", "AWSProtocol",
    "MetricMath", "LogsInsights", "FilterPatterns", "MetricStore", "LogStore", "TraceStore", "Alarms", "Dashboards", "MetricStreams", "Notifications",
    "CloudWatchAPI", "LogsAPI", "XRayAPI", "SNSAPI", "OTLPAPI", "PrometheusAPI", "WebConsole", "GroundwatchServer", "Demonstrations",
    "Access", "ConsoleAPI", "Drills",
]
let tests: [Target] = ranks.flatMap { rank in
    rank.modules.filter { tested.contains($0.name) }.map { module in
        .testTarget(
            name: "\(module.name)Tests", dependencies: dependencies([module.name, "Simulation"] + module.imports + module.testing),
            path: "Tests/\(rank.name)/\(module.name)Tests", swiftSettings: settings)
    }
}

let package = Package(
    name: "groundwatch",
    products: [.executable(name: "groundwatch", targets: ["groundwatch"])],
    targets: systemLibraries + shims + modules + [
        // The command is the one module that joins the programs.
        .executableTarget(
            name: "groundwatch", dependencies: dependencies(["GroundwatchServer", "Demonstrations", "Drills", "Access", "Catalog", "Platform", "SignalModel", "WireFormats"]),
            path: "Sources/Programs/groundwatch", swiftSettings: settings),
        .executableTarget(
            name: "groundwatch-bench",
            dependencies: dependencies(["Platform", "Bytes", "Columns", "Forecasting", "SignalModel", "WireFormats", "ColumnStore", "TraceStore", "Simulation"]),
            path: "Benchmarks", exclude: ["README.md", "Results"], swiftSettings: settings),
        .target(
            name: "Simulation", dependencies: dependencies(["Platform", "Columns", "SignalModel"]),
            path: "Tests/Support/Simulation", swiftSettings: settings),
        .plugin(name: "PackConsole", capability: .buildTool()),
        .testTarget(name: "LayeringTests", path: "Tests/LayeringTests", swiftSettings: settings),
    ] + tests,
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
