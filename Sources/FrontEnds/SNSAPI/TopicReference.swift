import AWSProtocol
import Notifications
import SignalModel

extension TopicARN {
    /// The topic that a caller names; topics of other accounts do not exist for him.
    static func named(_ text: String, by context: RequestContext) throws(AWSError) -> TopicARN {
        guard let arn = TopicARN(text) else { throw .snsInvalidParameter("TopicArn") }
        guard arn.tenant == context.tenant else { throw .snsNotFound("Topic does not exist") }
        return arn
    }
}
