namespace Scheduler.Core.Security.Secrets.Kms;

/// <summary>Where bearer tokens for Google's APIs come from.</summary>
internal interface IAccessTokens
{
    ValueTask<string> GetAsync(CancellationToken cancellationToken);
}
