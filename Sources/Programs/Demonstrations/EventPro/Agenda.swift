import SignalModel

/// What the simulation still has to do, earliest first; what is due at the same moment comes in the order it was noted.
struct Agenda: Sendable {
    enum Work: Sendable {
        case visit
        /// The customer of the order that support is asked about looks again how it stands.
        case inquiry
        /// An order becomes visible in the queue.
        case arrival(Order)
        /// One of the order processors has finished.
        case processorFree
        /// A topic hands a sold ticket to the notifier.
        case notification(Order, parent: String)
        /// The services look at their gauges.
        case sample
    }

    private struct Entry: Sendable {
        let time: Timestamp
        let number: Int
        let work: Work

        func precedes(_ other: Entry) -> Bool { (time, number) < (other.time, other.number) }
    }

    /// A binary heap: an entry precedes those at twice its place, plus one and plus two.
    private var heap: [Entry] = []
    private var noted = 0

    mutating func note(_ work: Work, at time: Timestamp) {
        heap.append(Entry(time: time, number: noted, work: work))
        noted += 1
        var place = heap.count - 1
        while place > 0, heap[place].precedes(heap[(place - 1) / 2]) {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    /// The first thing that is due at `time` or before, which is then no longer noted.
    mutating func next(until time: Timestamp) -> (time: Timestamp, work: Work)? {
        guard let first = heap.first, first.time <= time else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        sink()
        return (first.time, first.work)
    }

    private mutating func sink() {
        var place = 0
        while 2 * place + 1 < heap.count {
            var child = 2 * place + 1
            if child + 1 < heap.count, heap[child + 1].precedes(heap[child]) { child += 1 }
            guard heap[child].precedes(heap[place]) else { return }
            heap.swapAt(place, child)
            place = child
        }
    }
}
