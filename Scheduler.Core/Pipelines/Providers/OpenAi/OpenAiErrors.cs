using Scheduler.Core.Pipelines.Providers.Http;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines.Providers.OpenAi;

/// <summary>What OpenAI's errors mean: <c>{"error":{"type","code","message","param"}}</c>.</summary>
internal static class OpenAiErrors
{
    // Answered with 429, but only a payment helps.
    private const string QuotaIsUsedUp = "insufficient_quota";

    public static ProviderFault Classify(ProviderAnswer answer)
    {
        var error = answer.Json.Field("error");
        var code = error.TextOrNull("code") ?? error.TextOrNull("type");
        var type = code == QuotaIsUsedUp ? ErrorType.InvalidConfiguration : ErrorClassifier.FromStatus(answer.Status);
        return new ProviderFault(type, code, answer.RetryAfter);
    }
}
