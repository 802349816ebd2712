namespace Scheduler.Api.Tour;

/// <summary>Three calls for whoever wants to go on.</summary>
internal static class NextSteps
{
    /// <param name="address">Where the API listens, e.g. http://localhost:8080.</param>
    /// <param name="keyFile">The file of the admin key; null when the key came from the environment.</param>
    public static IEnumerable<string> Render(string address, string? keyFile)
    {
        var key = $"-H \"X-Admin-Key: {(keyFile is null ? "$ADMIN_KEY" : $"$(cat {keyFile})")}\"";
        return
        [
            "How is the system?",
            $"  curl {key} \\",
            $"    {address}/api/v1/scheduler/status",
            "Which runs did Birch Studio not get, and why?",
            $"  curl {key} \\",
            $"    '{address}/api/v1/scheduler/customer/birch_studio/runs?state=SKIPPED'",
            "When does a schedule run while the clocks change? (no key needed)",
            $"  curl -G {address}/api/v1/scheduler/schedules/preview -d timezone=Europe/Berlin \\",
            "    --data-urlencode 'cron=30 2 * * *' -d from=2027-03-27T00:00:00Z -d count=3",
        ];
    }
}
