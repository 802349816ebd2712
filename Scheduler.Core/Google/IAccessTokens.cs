namespace Scheduler.Core.Google;

/// <summary>Where bearer tokens for Google's APIs come from. Safe for concurrent use.</summary>
internal interface IAccessTokens
{
    /// <summary>A token to send now: the same one for many calls, until it nears its end or was dropped.</summary>
    /// <exception cref="Exception">Whatever the credentials library throws; its text may quote what it has read.</exception>
    ValueTask<string> GetAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Google has refused the token (401): it is not handed out again, and the next <see cref="GetAsync"/> fetches one anew. Calls that
    /// were under way together drop the same token, and one fetch serves them all; a token that is not the current one is no news.
    /// </summary>
    void Drop(string token);
}
