using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Options;
using NodaTime;
using Scheduler.Core.Net;

namespace Scheduler.Core.Pipelines.Files;

/// <summary>
/// Downloads files from the hosts of <c>Scheduler:Files:AllowedHosts</c>, whole and to a private place: what was cut short
/// is never read.
/// </summary>
public sealed class RemoteFiles : IDisposable
{
    /// <summary>Longest silence of a server.</summary>
    public static readonly TimeSpan SilenceWithin = TimeSpan.FromSeconds(60);

    private readonly HostList hosts;
    private readonly HttpClient client;
    private readonly long maxBytes;
    private readonly TimeProvider timeProvider;

    /// <exception cref="OptionsValidationException">The list of hosts has a wrong entry.</exception>
    public RemoteFiles(IOptions<FilesOptions> options, GuardedHttp http, TimeProvider timeProvider)
    {
        var fault = HostList.TryParse(options.Value.AllowedHosts, out var list);
        hosts =
            list
            ?? throw new OptionsValidationException(
                nameof(FilesOptions.AllowedHosts),
                typeof(FilesOptions),
                [$"Scheduler__Files__AllowedHosts {fault}."]
            );
        maxBytes = options.Value.MaxBytes;
        this.timeProvider = timeProvider;
        client = http.CreateClient(hosts.Find);
    }

    /// <summary>Downloads one file into a folder that only this run can see.</summary>
    /// <param name="url">From where; its query stays out of every message.</param>
    /// <param name="bearer">Sent to this URL's host as a bearer token; empty sends none. Redirects are never followed.</param>
    /// <param name="folder">The run's private folder.</param>
    /// <param name="within">The whole download.</param>
    public async Task<FileOpening> DownloadAsync(
        OutboundUrl url,
        ReadOnlyMemory<byte> bearer,
        string folder,
        Duration within,
        CancellationToken cancellationToken
    )
    {
        if (hosts.IsEmpty)
        {
            return DownloadFault.Invalid(
                "URLs cannot be read here: the operator has not set Scheduler__Files__AllowedHosts."
            );
        }
        using var clock = new DownloadClock(within.ToTimeSpan(), SilenceWithin, timeProvider, cancellationToken);
        try
        {
            return await DownloadAsync(url, bearer, Path.Combine(folder, "download"), clock);
        }
        catch (Exception exception)
            when (!cancellationToken.IsCancellationRequested
                && (clock.Fault(url) ?? DownloadFault.Of(exception, url)) is { } fault
            )
        {
            return fault;
        }
    }

    public void Dispose() => client.Dispose();

    private async Task<FileOpening> DownloadAsync(
        OutboundUrl url,
        ReadOnlyMemory<byte> bearer,
        string file,
        DownloadClock clock
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url.Address);
        request.Headers.UserAgent.ParseAdd("Scheduler");
        if (!bearer.IsEmpty)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Bearer",
                Encoding.ASCII.GetString(bearer.Span)
            );
        }
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, clock.Token);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return DownloadFault.OfStatus(response, url, timeProvider.GetUtcNow());
        }
        if (DownloadFault.OfHeaders(response, url, maxBytes) is { } refused)
        {
            return refused;
        }
        var target = new FileStream(file, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read);
        var isWhole = false;
        try
        {
            isWhole = await CopyAsync(response, target, clock);
            target.Position = 0;
            return isWhole ? new FileOpening.Opened(target) : DownloadFault.TooLarge(url, maxBytes);
        }
        finally
        {
            if (!isWhole)
            {
                await target.DisposeAsync();
            }
        }
    }

    /// <summary>False when there are more bytes than allowed. A body that ends early throws.</summary>
    private async Task<bool> CopyAsync(HttpResponseMessage response, FileStream target, DownloadClock clock)
    {
        await using var body = await response.Content.ReadAsStreamAsync(clock.Token);
        var buffer = new byte[1 << 17];
        while (true)
        {
            clock.Heard();
            var count = await body.ReadAsync(buffer, clock.Token);
            if (count == 0)
            {
                return true;
            }
            if (target.Position + count > maxBytes)
            {
                return false;
            }
            await target.WriteAsync(buffer.AsMemory(0, count), clock.Token);
        }
    }
}
