using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace NodeGuard.Hosting.Http;

/// <summary>One handler for all requests; whatever it throws is answered.</summary>
internal sealed class HandlerApplication(
    Func<HttpContext, CancellationToken, Task> handler, ILogger log, CancellationToken stopping) : IHttpApplication<HttpContext>
{
    public bool Closed { get; set; }

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        if (Closed)
        {
            return;
        }

        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            await handler(context, ends.Token);
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
            // The client left, or we stop: there is nobody to answer.
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException e)
        {
            await TryErrorAsync(context, e.StatusCode, $"the request is not usable: {e.Message}");
        }
        catch (Exception e)
        {
            HttpLog.RequestFailed(log, e, context.Request.Method, HttpAnswers.Shown(context.Request.Path));
            await TryErrorAsync(context, StatusCodes.Status500InternalServerError, $"this process failed to answer: {e.Message}");
        }
    }

    private static async Task TryErrorAsync(HttpContext context, int status, string sentence)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.Clear();
            await HttpAnswers.ErrorAsync(context, status, sentence);
        }
        else
        {
            context.Abort();
        }
    }
}
