import CPlatform
import Glibc

/// What the program runs on.
package enum Machine {
    /// Physical memory in bytes.
    package static var memoryBytes: Int { sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)) }

    /// For a process whose memory is bounded: from now on the allocator gives back what is freed. Call it once, at the start.
    package static func returnFreedMemory() { gw_tune_memory() }

    /// Gives what is free now back to the system: worth it after a great deal was freed at once.
    package static func trimMemory() { gw_trim_memory() }

    /// Variables of the environment that the process was started with.
    package static var environment: [String: String] {
        var result: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { result[String(parts[0])] = String(parts[1]) }
            entry += 1
        }
        return result
    }

    /// Arguments behind the program's name.
    package static var arguments: [String] { Array(CommandLine.arguments.dropFirst()) }

    /// Ends the process at once.
    package static func exit(_ status: Int32) -> Never { Glibc.exit(status) }
}
