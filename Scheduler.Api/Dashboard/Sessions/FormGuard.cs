using Scheduler.Api.Dashboard.Pages;

namespace Scheduler.Api.Dashboard.Sessions;

/// <summary>
/// Lets a form through that a page of the same session has made: the proof in it is the session's, and the browser does not say that it
/// comes from elsewhere.
/// </summary>
internal sealed class FormGuard(SessionTokens tokens) : IEndpointFilter
{
    public const string ProofField = "form_proof";
    private const string FormType = "application/x-www-form-urlencoded";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (!HttpMethods.IsPost(http.Request.Method))
        {
            return await next(context);
        }
        var isOwn =
            IsFromHere(http.Request)
            && await ReadAsync(http) is { } form
            && http.Features.Get<OperatorSession>() is { } session
            && tokens.IsProofOf(session, form[ProofField]);
        return isOwn ? await next(context) : Refused();
    }

    /// <summary>The fields; null where the body is no form of a page, or one with more fields than any of them has.</summary>
    public static async Task<IFormCollection?> ReadAsync(HttpContext http)
    {
        if (http.Request.GetTypedHeaders().ContentType?.MediaType.Value is not FormType)
        {
            return null;
        }
        try
        {
            return await http.Request.ReadFormAsync(http.RequestAborted);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>
    /// By the two headers that browsers add and pages cannot change. The host alone is compared: a proxy in front may have ended the
    /// encryption.
    /// </summary>
    public static bool IsFromHere(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site is not ("" or "same-origin" or "none"))
        {
            return false;
        }
        return request.Headers.Origin.ToString() is not { Length: > 0 } origin
            || (
                Uri.TryCreate(origin, UriKind.Absolute, out var uri)
                && uri.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase)
            );
    }

    private static PageResult<MessagePage> Refused() =>
        new(
            new MessageModel(
                "This form cannot be taken",
                "It was not made by a page of this session, or the session has ended since. Nothing was changed.",
                "Go back, load the page again, and repeat it."
            ),
            StatusCodes.Status403Forbidden
        );
}
