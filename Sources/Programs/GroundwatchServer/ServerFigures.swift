import Alarms
import ColumnStore
import MetricStore
import Platform
import SignalModel

/// The server's own figures, for `/metrics`.
enum ServerFigures {
    /// Of the evaluation of alarms on metrics.
    static func alarms(_ counters: AlarmEvaluation.Counters) -> [FiguresPage.Figure] {
        [
            .init("groundwatch_alarms", "Alarms on metrics.", Double(counters.alarms)),
            .init("groundwatch_alarm_damaged", "Alarms that cannot be evaluated.", Double(counters.damaged)),
            .init("groundwatch_alarm_evaluations_total", "Evaluations of alarms.", Double(counters.evaluations)),
            .init("groundwatch_alarm_late_evaluations_total", "Evaluations that were left out because their time had passed.", Double(counters.late)),
            .init("groundwatch_alarm_failures_total", "Evaluations whose data could not be read, or state written.", Double(counters.failures)),
            .init("groundwatch_alarm_transitions_total", "Changes of state.", Double(counters.transitions)),
            .init("groundwatch_alarm_reads_total", "Metrics read for alarms.", Double(counters.reads)),
            .init("groundwatch_alarm_busy_seconds_total", "Time spent evaluating.", Double(counters.busyNanoseconds) / 1e9),
        ]
    }

    static func now(_ storage: Storage, _ memory: MemoryShares, _ gate: QueryGate) -> [FiguresPage.Figure] {
        let process = ProcessFigures.now()
        let store = storage.engine.figures
        var result: [FiguresPage.Figure] = [
            .init("process_resident_memory_bytes", "Resident memory.", Double(process.residentBytes)),
            .init("process_resident_memory_max_bytes", "Largest resident memory since the start.", Double(process.residentBytesMax)),
            .init("process_cpu_seconds_total", "Processor time, user and system.", process.userSeconds + process.systemSeconds),
            .init("process_open_fds", "Open file descriptors.", Double(process.openFiles)),
            .init("groundwatch_commits_total", "Commits acknowledged.", Double(store.commits)),
            .init("groundwatch_refused_commits_total", "Commits refused.", Double(store.refusedCommits)),
            .init("groundwatch_syncs_total", "Syncs of the journal.", Double(store.syncs)),
            .init("groundwatch_seals_total", "Seals of unsealed rows.", Double(store.seals)),
            .init("groundwatch_merges_total", "Merges of parts.", Double(store.merges)),
            .init("groundwatch_damaged_parts_total", "Parts set aside as damaged.", Double(store.damagedParts)),
            .init("groundwatch_damaged_blocks_total", "Blocks left out as damaged.", Double(store.damagedBlocks)),
            .init("groundwatch_lost_commits_total", "Commits missing from a damaged journal.", Double(store.lostCommits)),
            .init("groundwatch_unsealed_bytes", "Bytes of rows in memory and in the journal only.", Double(store.unsealedBytes)),
        ]
        let series = storage.metrics.figures
        result.append(.init("groundwatch_series", "Metric series known.", Double(series.series)))
        result.append(.init(
            "groundwatch_refused_series_total", "Metric series refused: their tenant had too many.", Double(series.refusedSeries)))
        result += [
            .init("groundwatch_damaged_filters_total", "Parts whose key filters cannot be read.", Double(store.damagedFilters)),
            .init("groundwatch_failed_work_total", "Seals, merges and removals that failed and are tried again.", Double(store.failedWork)),
            .init("groundwatch_queries_running", "Queries at work.", Double(gate.running)),
            .init("groundwatch_queries_waiting", "Queries that wait for a place.", Double(gate.waiting)),
            .init("groundwatch_queries_refused_total", "Queries refused because too many waited.", Double(gate.refused)),
            .init("groundwatch_disk_is_low", "1 while nothing is accepted for want of space.", storage.engine.lowSpace == nil ? 0 : 1),
        ]
        if let free = storage.engine.freeBytes {
            result.append(.init("groundwatch_disk_free_bytes", "Free on the disk of the data.", Double(free)))
        }
        result.append(.init("groundwatch_disk_reserve_bytes", "With less free, nothing is accepted.", Double(storage.engine.freeBytesMin)))
        if let disk = storage.engine.diskFigures {
            result += [
                .init("groundwatch_journal_bytes", "Size of the journal's files, spare ones too.", Double(disk.journalBytes)),
                .init("groundwatch_journal_files", "Files of the journal, spare ones too.", Double(disk.journalFiles)),
                .init("groundwatch_damaged_files", "Files of damaged parts, set aside for a person to look at.", Double(disk.damagedFiles)),
            ]
        }
        for budget in memory.budgets {
            let label = [("share", budget.name)]
            result.append(.init("groundwatch_memory_used_bytes", "Memory reserved.", Double(budget.bytesUsed), labels: label))
        }
        for budget in memory.budgets {
            let label = [("share", budget.name)]
            result.append(.init("groundwatch_memory_max_bytes", "Memory that may be.", Double(budget.bytesMax), labels: label))
        }
        for (name, help, value) in [
            ("groundwatch_table_rows", "Sealed rows.", \StoreFigures.Table.rows), ("groundwatch_table_parts", "Parts.", \.parts),
            ("groundwatch_table_bytes", "Bytes of parts on disk.", \.bytes),
            ("groundwatch_table_damaged_blocks", "Blocks that cannot be read, found now or earlier.", \.damagedBlocks),
        ] {
            for (table, figures) in store.tables.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                result.append(.init(name, help, Double(figures[keyPath: value]), labels: [("table", "\(table)")]))
            }
        }
        return result
    }
}
