using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Twinrunner.Client;

namespace Twinrunner.Runner.Api;

/// <summary>Cursor paging, the same for every list: <c>?after=CURSOR&amp;limit=N</c>.</summary>
public static class Paging
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 500;

    /// <summary>The size of the page asked for; null with the problem when it is out of bounds.</summary>
    public static int? Limit(int? asked, out Problem? problem)
    {
        problem = asked is < 1 or > MaxLimit ? Problem.InvalidRequest($"limit is {asked}: expected 1 to {MaxLimit}.") : null;
        return problem is null ? asked ?? DefaultLimit : null;
    }

    /// <summary>A page from one item more than its size, by which it knows whether there is a next one.</summary>
    /// <param name="found">Up to <paramref name="limit"/> + 1 items.</param>
    /// <param name="cursor">An item's id: the page after it starts behind it.</param>
    public static Page<TView> ToPage<TItem, TView>(
        this IReadOnlyList<TItem> found, int limit, HttpRequest request, Func<TItem, object> cursor, Func<TItem, TView> view)
    {
        var next = found.Count > limit ? cursor(found[limit - 1]).ToString() : null;
        return new([.. found.Take(limit).Select(view)], next, next is null ? null : HrefAfter(request, next));
    }

    /// <summary>The request's own address with another cursor.</summary>
    public static string HrefAfter(HttpRequest request, string cursor)
    {
        var query = request.Query.Where(parameter => parameter.Key != "after");
        return QueryHelpers.AddQueryString(QueryHelpers.AddQueryString(request.PathBase + request.Path, query), "after", cursor);
    }
}
