import CPlatform
import Glibc

/// What this process uses of the machine, for `/metrics`, benchmarks and limits.
package struct ProcessFigures: Sendable {
    package let residentBytes: Int
    package let residentBytesMax: Int
    package let userSeconds: Double
    package let systemSeconds: Double
    package let openFiles: Int

    package static func now() -> ProcessFigures {
        var user: Int64 = 0
        var system: Int64 = 0
        var residentMax: Int64 = 0
        gw_process_usage(&user, &system, &residentMax)
        return ProcessFigures(
            residentBytes: residentPages() * sysconf(Int32(_SC_PAGESIZE)), residentBytesMax: Int(residentMax),
            userSeconds: Double(user) / 1e9, systemSeconds: Double(system) / 1e9, openFiles: countOpenFiles())
    }

    /// The second number of `/proc/self/statm`.
    private static func residentPages() -> Int {
        let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        var text = [UInt8](repeating: 0, count: 128)
        let count = read(descriptor, &text, text.count)
        let fields = text.prefix(max(0, count)).split(separator: 32)
        return fields.count > 1 ? Int(String(decoding: fields[1], as: UTF8.self)) ?? 0 : 0
    }

    private static func countOpenFiles() -> Int {
        guard let stream = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(stream) }
        var count = 0
        while readdir(stream) != nil { count += 1 }
        return max(0, count - 3)    // without ".", ".." and this listing itself
    }
}
