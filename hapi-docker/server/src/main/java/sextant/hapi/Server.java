package sextant.hapi;

import ca.uhn.fhir.batch2.api.IJobMaintenanceService;
import ca.uhn.fhir.rest.server.RestfulServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.ServerConnector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.NestedExceptionUtils;

/**
 * Starts HAPI FHIR at http://127.0.0.1:PORT/fhir and stops it on SIGTERM. Loopback only: nothing here asks who is calling.
 *
 * <p>The port opens last, so that whoever can connect gets real answers, never a server that is still starting.
 */
public final class Server {

    private static final Logger LOG = LoggerFactory.getLogger(Server.class);

    private Server() {}

    public static void main(String[] arguments) {
        try {
            start(Settings.from(System.getenv()));
        } catch (Exception cannotStart) {
            LOG.error("HAPI FHIR cannot start", cannotStart);
            System.out.println("HAPI FHIR cannot start: " + NestedExceptionUtils.getMostSpecificCause(cannotStart));
            System.exit(1); // threads of the half-built context would keep the process alive
        }
    }

    private static void start(Settings settings) throws Exception {
        var context = new AnnotationConfigApplicationContext();
        context.registerBean(Settings.class, () -> settings);
        context.register(Wiring.class);
        context.refresh();
        var passes = passBatchJobsOnOften(context.getBean(IJobMaintenanceService.class));
        var jetty = jettyOnLoopback(settings.port(), context.getBean(RestfulServer.class));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(jetty, passes, context)));
        jetty.start();
        announce(((ServerConnector) jetty.getConnectors()[0]).getLocalPort(), settings);
    }

    private static org.eclipse.jetty.server.Server jettyOnLoopback(int port, RestfulServer fhir) {
        var jetty = new org.eclipse.jetty.server.Server();
        var connector = new ServerConnector(jetty);
        connector.setHost("127.0.0.1");
        connector.setPort(port);
        jetty.addConnector(connector);
        var servlets = new ServletContextHandler("/");
        servlets.addServlet(new ServletHolder(fhir), "/fhir/*");
        jetty.setHandler(servlets);
        return jetty;
    }

    /** HAPI moves batch jobs on once a minute: minutes for the steps of a bulk export that each take a second. */
    private static ScheduledExecutorService passBatchJobsOnOften(IJobMaintenanceService jobs) {
        var passes = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "batch-pass");
            thread.setDaemon(true);
            return thread;
        });
        Runnable pass = () -> {
            try {
                jobs.runMaintenancePass();
            } catch (RuntimeException retried) { // one escaped exception would end the schedule
                LOG.warn("Batch maintenance pass: {}", retried.toString());
            }
        };
        passes.scheduleWithFixedDelay(pass, 500, 500, TimeUnit.MILLISECONDS);
        return passes;
    }

    /** Written aside and moved, so that a reader sees the whole number or no file. */
    private static void announce(int port, Settings settings) throws IOException {
        System.out.println("HAPI FHIR answers at http://127.0.0.1:" + port + "/fhir");
        if (!settings.portFile().isEmpty()) {
            Path file = Path.of(settings.portFile());
            Path aside = Path.of(settings.portFile() + ".new");
            Files.writeString(aside, port + "\n");
            Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void stop(
            org.eclipse.jetty.server.Server jetty, ScheduledExecutorService passes, AnnotationConfigApplicationContext context) {
        try {
            jetty.stop();
        } catch (Exception alreadyDown) {
            LOG.warn("Jetty did not stop cleanly: {}", alreadyDown.toString());
        }
        passes.shutdownNow();
        context.close();
    }
}
