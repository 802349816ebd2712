using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.WebUtilities;

namespace Scheduler.Api.Dashboard;

/// <summary>A page's own address with one parameter changed.</summary>
public static class AddressQuery
{
    public static string With(string address, string name, string value) =>
        Changed(address, name, query => query.Add(name, value));

    public static string Without(string address, string name) => Changed(address, name, _ => { });

    private static string Changed(string address, string name, Action<QueryBuilder> change)
    {
        var mark = address.IndexOf('?', StringComparison.Ordinal);
        var path = mark < 0 ? address : address[..mark];
        var kept = QueryHelpers
            .ParseQuery(mark < 0 ? "" : address[mark..])
            // Another order begins at the first page.
            .Where(parameter => parameter.Key != name && !(name == "sort" && parameter.Key == "cursor"))
            .SelectMany(parameter => parameter.Value, (parameter, value) => (parameter.Key, Value: value ?? ""));
        var query = new QueryBuilder();
        foreach (var (key, value) in kept)
        {
            query.Add(key, value);
        }
        change(query);
        return path + query.ToQueryString();
    }
}
