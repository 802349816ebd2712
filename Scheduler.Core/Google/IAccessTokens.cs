namespace Scheduler.Core.Google;

/// <summary>Where bearer tokens for Google's APIs come from.</summary>
internal interface IAccessTokens
{
    ValueTask<string> GetAsync(CancellationToken cancellationToken);
}
