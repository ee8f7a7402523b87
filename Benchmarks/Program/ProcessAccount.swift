import Glibc

/// What a process has used of the machine so far, as the kernel tells it.
struct ProcessAccount: Sendable {
    /// User and system together, to the nanosecond.
    let cpuSeconds: Double
    /// Of that in the kernel; counted in ticks of 10 ms.
    let systemSeconds: Double
    let residentBytes: Int
    /// Of the resident bytes what is the process's own, not pages of files.
    let anonymousBytes: Int
    let residentBytesMax: Int
    /// What it handed to the kernel to be written. What the block device is then charged with depends on the kernel: it may take a page of
    /// many kilobytes for each small piece that is written over.
    let writtenBytes: Int
    let threads: Int

    init(of process: pid_t) throws {
        var clock = clockid_t()
        var used = timespec()
        guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &used) == 0 else {
            throw BenchmarkError(.server, "cannot measure process \(process): it has ended")
        }
        cpuSeconds = Double(used.tv_sec) + Double(used.tv_nsec) / 1e9
        let status = try Self.fields(of: "/proc/\(process)/status")
        let kibibyte = 1 << 10
        residentBytes = (status["VmRSS"] ?? 0) * kibibyte
        anonymousBytes = (status["RssAnon"] ?? 0) * kibibyte
        residentBytesMax = (status["VmHWM"] ?? 0) * kibibyte
        threads = status["Threads"] ?? 0
        writtenBytes = try Self.fields(of: "/proc/\(process)/io")["wchar"] ?? 0
        systemSeconds = try Self.systemSeconds(of: process)
    }

    /// `Name:  1234 unit` lines.
    private static func fields(of path: String) throws -> [String: Int] {
        let lines = String(decoding: try Folder.contents(of: path), as: UTF8.self).split(separator: "\n")
        var fields: [String: Int] = [:]
        for line in lines {
            let words = line.split(whereSeparator: { $0 == ":" || $0 == " " || $0 == "\t" })
            if words.count > 1, let value = Int(words[1]) { fields[String(words[0])] = value }
        }
        return fields
    }

    /// The 15th field of `stat`; the second is the program's name in parentheses and may hold blanks.
    private static func systemSeconds(of process: pid_t) throws -> Double {
        let text = String(decoding: try Folder.contents(of: "/proc/\(process)/stat"), as: UTF8.self)
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        return fields.count > 13 ? (Double(fields[13]) ?? 0) / Double(sysconf(Int32(_SC_CLK_TCK))) : 0
    }
}
