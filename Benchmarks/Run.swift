import Platform

/// Asks the chosen questions of the chosen programs and gathers what they answer.
struct Run {
    private let options: Options
    private let programs: [Program]
    private let questions: [any Question]
    private let time = SystemTime()

    init(_ options: Options) throws {
        self.options = options
        programs = [.groundwatch(options.serverPath)] + options.peers
        questions = Questions.all.filter { options.names.isEmpty || options.names.contains($0.name) }
        guard LinuxFileSystem().exists(options.serverPath) else {
            throw BenchmarkError(.option, "cannot find the server at \(options.serverPath): build it, or name it with --server")
        }
    }

    private var repeats: Int { options.repeats ?? options.size.pick(small: 1, usual: 3, full: 3) }

    func report() throws -> Report {
        let loadBefore = MachineFacts.loadAverage
        var answers: [Report.Answer] = []
        var skipped: [String] = []
        for program in programs {
            guard LinuxFileSystem().exists(program.executable) else {
                skipped.append("\(program.name) is not installed: there is no \(program.executable)")
                continue
            }
            for question in questions where question.suits(program) {
                answers += try ask(question, of: program)
            }
        }
        return Report(
            machine: MachineFacts(), commit: options.commit, size: options.size, seed: options.seed, repeats: repeats,
            wallNanoseconds: time.wallNanoseconds, loadAverages: (loadBefore, MachineFacts.loadAverage),
            questions: questions.map { .init(name: $0.name, meaning: $0.meaning) }, answers: answers, skipped: skipped)
    }

    /// Asks a question as often as it is to be repeated; the figures of all turns, merged.
    private func ask(_ question: any Question, of program: Program) throws -> [Report.Answer] {
        var answers: [Report.Answer] = []
        for turn in 1...repeats {
            Log.toStandardError("\(question.name), \(program.name), \(turn) of \(repeats)\n")
            for figure in try askOnce(question, of: program) {
                if let index = answers.firstIndex(where: { $0.form == figure.form && $0.name == figure.name }) {
                    answers[index].values.append(figure.value)
                } else {
                    answers.append(.init(question: question.name, program: program.name, figure: figure))
                }
            }
        }
        return answers
    }

    private func askOnce(_ question: any Question, of program: Program) throws -> [Figure] {
        let folder = Folder(options.folder + "/\(question.name)-\(program.name)")
        try folder.remove()
        defer { try? folder.remove() }  // else it is removed before the next turn, or shows what went wrong
        let minute: Int64 = 60_000_000_000
        return try question.measure(
            Bench(
                program: program, size: options.size, seed: options.seed, soakSeconds: options.soakSeconds, folder: folder.path,
                end: (time.wallNanoseconds / minute - 2) * minute))
    }
}
