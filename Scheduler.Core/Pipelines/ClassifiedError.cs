using NodaTime;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines;

/// <summary>A failure as the run reports it.</summary>
public sealed record ClassifiedError(ErrorType ErrorType, string Message, Duration? RetryAfter = null);
