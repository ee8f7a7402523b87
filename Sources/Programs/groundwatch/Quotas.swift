import Drills
import Platform

/// `groundwatch quotas`: what metrics may be used up to.
enum Quotas {
    static func run(_ arguments: [String]) async {
        if arguments.contains("--help") { return print(QuotasCommand.help) }
        do throws(DrillError) {
            print(try await QuotasCommand(arguments, environment: Machine.environment).run(now: SystemTime().wallNanoseconds))
        } catch {
            Command.fail(error.message, status: 2)
        }
    }
}
