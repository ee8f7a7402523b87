import Glibc
import SignalModel

/// How much of everything comes when: a steady trickle, and every few minutes a flash sale. A function of time alone.
struct Demand: Sendable {
    static let saleEverySeconds = 240.0
    /// After the first live moment, so that whoever just started it sees a quiet system first, and then this.
    static let firstSaleAfterSeconds = 40.0
    /// A sale's rush lasts this long; its opening minute is the worst.
    static let saleSeconds = 110.0

    private static let trickle = 6.0, rush = 36.0  // visits a second

    /// When the history ends and the present begins.
    let live: Timestamp
    /// How many times the usual traffic.
    let speed: Double

    /// How hard a flash sale presses: 0 between sales, up to 1 soon after one has opened.
    func pressure(at time: Timestamp) -> Double {
        let since = time.seconds(since: live) - Self.firstSaleAfterSeconds
        let inCycle = since - (since / Self.saleEverySeconds).rounded(.down) * Self.saleEverySeconds
        guard inCycle < Self.saleSeconds else { return 0 }
        return min(1, inCycle / 6) * min(1, exp(-(inCycle - 20) / 25))
    }

    func secondsToNextSale(from time: Timestamp) -> Double {
        let since = time.seconds(since: live) - Self.firstSaleAfterSeconds
        return ((since / Self.saleEverySeconds).rounded(.down) + 1) * Self.saleEverySeconds - since
    }

    func visitsPerSecond(at time: Timestamp) -> Double { speed * (Self.trickle + Self.rush * pressure(at: time)) }

    /// The next visit after `time`: a Poisson process of changing rate, by thinning one of the highest rate.
    func nextVisit(after time: Timestamp, _ chance: inout Chance) -> Timestamp {
        let highest = speed * (Self.trickle + Self.rush)
        var next = time
        repeat {
            next = next.after(milliseconds: 1000 * chance.exponential(mean: 1 / highest))
        } while !chance.happens(visitsPerSecond(at: next) / highest)
        return next
    }

    enum Visit: Sendable { case browse, checkout, orderStatus, message }

    /// In a sale more of the visitors want to buy.
    func visit(at time: Timestamp, _ chance: inout Chance) -> Visit {
        chance.choice(weighted: [(.browse, 80), (.checkout, 13 + 10 * pressure(at: time)), (.orderStatus, 5), (.message, 2)])
    }
}

extension Timestamp {
    func after(milliseconds: Double) -> Timestamp { Timestamp(nanoseconds: nanoseconds + Int64((milliseconds * 1e6).rounded())) }
    func seconds(since other: Timestamp) -> Double { Double(nanoseconds - other.nanoseconds) / 1e9 }
    func milliseconds(since other: Timestamp) -> Double { Double(nanoseconds - other.nanoseconds) / 1e6 }
}
