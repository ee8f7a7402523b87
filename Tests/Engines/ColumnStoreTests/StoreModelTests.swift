import ColumnStore
import SignalModel
import Simulation
import Testing

struct StoreModelTests {
    @Test(arguments: fuzzSeeds(12)) func `whatever happens, the store holds what was acknowledged, once and in order`(seed: UInt64) throws
    {
        var model = StoreModel(seed: seed)
        try model.run(lives: 5, stepsPerLife: 20)
    }

    /// The alarm rings: a layout that loses a row now and then does not get past the model.
    @Test func `a planted bug is found`() {
        let found = (1...4).contains { seed in
            var model = StoreModel(seed: UInt64(seed), isForgetful: true)
            do {
                try model.run(lives: 5, stepsPerLife: 20)
                return false
            } catch { return error is StoreModel.Failure }
        }
        #expect(found)
    }
}
