using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace Scheduler.Api.Dashboard;

/// <summary>
/// A page, rendered from a Razor component on the server. The component gets what was read before: it asks nothing and changes nothing.
/// </summary>
/// <remarks>
/// By <see cref="HtmlRenderer"/> and not by <c>MapRazorComponents</c>: nothing of it is interactive, the handlers stay what they are in
/// the API, and no key ring has to be kept and shared for state that no page has.
/// </remarks>
internal sealed class PageResult<TPage>(object model, int status = StatusCodes.Status200OK)
    : IResult,
        IStatusCodeHttpResult
    where TPage : IComponent
{
    public int? StatusCode => status;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var services = httpContext.RequestServices;
        var frame = services.GetRequiredService<PageFrames>().For(httpContext);
        var parameters = ParameterView.FromDictionary(
            new Dictionary<string, object?> { ["Model"] = model, ["Frame"] = frame }
        );
        await using var renderer = new HtmlRenderer(services, services.GetRequiredService<ILoggerFactory>());
        var html = await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<TPage>(parameters)).ToHtmlString()
        );
        var bytes = Encoding.UTF8.GetBytes(html);
        httpContext.Response.StatusCode = status;
        httpContext.Response.ContentType = "text/html; charset=utf-8";
        httpContext.Response.ContentLength = bytes.Length;
        await httpContext.Response.Body.WriteAsync(bytes, httpContext.RequestAborted);
    }
}
