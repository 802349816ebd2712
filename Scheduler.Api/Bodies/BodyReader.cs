using Microsoft.Net.Http.Headers;
using Scheduler.Api.Errors;
using Scheduler.Api.Settings;

namespace Scheduler.Api.Bodies;

/// <summary>Reads a small body whole, never more than the limit, whatever its headers say.</summary>
internal static class BodyReader
{
    public static async ValueTask<BodyBytes> ReadAsync(HttpContext context)
    {
        var request = context.Request;
        var standard = context.RequestServices.GetRequiredService<ApiOptions>().MaxBodyBytes;
        var limit = context.GetEndpoint()?.Metadata.GetMetadata<BodyLimit>()?.Over(standard) ?? standard;
        if (request.ContentLength > limit)
        {
            return TooLarge(limit);
        }
        var bytes = await ReadAsync(request.Body, limit, context.RequestAborted);
        if (bytes is not { } whole)
        {
            return TooLarge(limit);
        }
        return whole.Length > 0 && !IsJson(request.ContentType)
            ? new BodyBytes.Refused(SchedulerProblem.Create(ErrorCode.UnsupportedMediaType))
            : new BodyBytes.Whole(whole);
    }

    private static async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(
        Stream body,
        int limit,
        CancellationToken cancellation
    )
    {
        using var whole = new MemoryStream();
        var buffer = new byte[8192];
        int count;
        while ((count = await body.ReadAsync(buffer, cancellation)) > 0)
        {
            if (whole.Length + count > limit)
            {
                return null;
            }
            whole.Write(buffer, 0, count);
        }
        return whole.ToArray();
    }

    /// <summary>Routing refuses other media types; what is left is a missing type and a charset that is not UTF-8.</summary>
    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    private static BodyBytes.Refused TooLarge(int limit) =>
        new(SchedulerProblem.Create(ErrorCode.PayloadTooLarge, $"A body has at most {limit} bytes."));
}
