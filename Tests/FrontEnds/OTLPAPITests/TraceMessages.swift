import WireFormats

/// OpenTelemetry messages written field by field, so that a test can also write wrong ones.
enum TraceMessages {
    static func message(_ build: (inout ProtobufWriter) -> Void) -> [UInt8] {
        var writer = ProtobufWriter()
        build(&writer)
        return writer.bytes
    }

    static func request(service: String? = "shop", scope: String = "tests", spans: [[UInt8]]) -> [UInt8] {
        message { request in
            request.append(1, message { resourceSpans in
                resourceSpans.append(1, message { resource in
                    if let service { resource.append(1, attribute("service.name", text: service)) }
                })
                resourceSpans.append(2, message { scopeSpans in
                    scopeSpans.append(1, message { $0.append(1, text: scope) })
                    for span in spans { scopeSpans.append(2, span) }
                })
            })
        }
    }

    static func span(
        trace: [UInt8] = [UInt8](1...16), span: [UInt8] = [UInt8](1...8), parent: [UInt8] = [], name: String = "GET /", kind: UInt64 = 2,
        start: Int64, nanoseconds: Int64 = 1_000_000, _ more: (inout ProtobufWriter) -> Void = { _ in }
    ) -> [UInt8] {
        message { message in
            message.append(1, trace)
            message.append(2, span)
            if !parent.isEmpty { message.append(4, parent) }
            message.append(5, text: name)
            message.append(6, varint: kind)
            message.append(7, fixed64: UInt64(start))
            message.append(8, fixed64: UInt64(start + nanoseconds))
            more(&message)
        }
    }

    static func attribute(_ key: String, text: String) -> [UInt8] { attribute(key) { $0.append(1, text: text) } }

    static func attribute(_ key: String, integer: Int64) -> [UInt8] {
        attribute(key) { $0.append(3, varint: UInt64(bitPattern: integer)) }
    }

    static func attribute(_ key: String, _ value: (inout ProtobufWriter) -> Void) -> [UInt8] {
        message {
            $0.append(1, text: key)
            $0.append(2, message(value))
        }
    }
}
