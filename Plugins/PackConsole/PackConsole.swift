// Packs the console's files into the binary: every file under Web and .assets becomes one generated Swift file.
// The work is done by Scripts/pack-console; here is only when to do it.

import Foundation
import PackagePlugin

@main
struct PackConsole: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let root = context.package.directoryURL
        let pages = target.directoryURL.appending(path: "Web", directoryHint: .isDirectory)
        let libraries = root.appending(path: ".assets", directoryHint: .isDirectory)
        let script = root.appending(path: "Scripts/pack-console")
        let output = context.pluginWorkDirectoryURL.appending(path: "PackedAssets.swift")

        if !FileManager.default.fileExists(atPath: libraries.path(percentEncoded: false)) {
            Diagnostics.warning("the console's libraries are missing, so /ui/ will only say so: run Scripts/assets and build again")
        }
        return [
            .buildCommand(
                displayName: "Packing the console", executable: URL(filePath: "/bin/bash"),
                arguments: [script, pages, libraries, output].map { $0.path(percentEncoded: false) },
                // The libraries come and go as one folder, which the root notices; named one by one, a missing one would end the build.
                inputFiles: [script, root] + files(under: pages), outputFiles: [output])
        ]
    }

    /// Every regular file below `directory`.
    private func files(under directory: URL) -> [URL] {
        let all = FileManager.default.enumerator(at: directory, includingPropertiesForKeys: [.isRegularFileKey])
        return (all?.compactMap { $0 as? URL } ?? [])
            .filter { (try? $0.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true }
            .sorted { $0.path < $1.path }
    }
}
