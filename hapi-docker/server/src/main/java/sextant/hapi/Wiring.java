package sextant.hapi;

import ca.uhn.fhir.batch2.jobs.config.Batch2JobsConfig;
import ca.uhn.fhir.batch2.jobs.export.BulkDataExportProvider;
import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.jpa.api.IDaoRegistry;
import ca.uhn.fhir.jpa.api.config.JpaStorageSettings;
import ca.uhn.fhir.jpa.api.config.ThreadPoolFactoryConfig;
import ca.uhn.fhir.jpa.api.dao.IFhirSystemDao;
import ca.uhn.fhir.jpa.batch2.JpaBatch2Config;
import ca.uhn.fhir.jpa.binary.api.IBinaryStorageSvc;
import ca.uhn.fhir.jpa.binstore.MemoryBinaryStorageSvcImpl;
import ca.uhn.fhir.jpa.config.r4.JpaR4Config;
import ca.uhn.fhir.jpa.config.util.HapiEntityManagerFactoryUtil;
import ca.uhn.fhir.jpa.config.util.ResourceCountCacheUtil;
import ca.uhn.fhir.jpa.model.config.PartitionSettings;
import ca.uhn.fhir.jpa.model.config.SubscriptionSettings;
import ca.uhn.fhir.jpa.model.dialect.HapiFhirH2Dialect;
import ca.uhn.fhir.jpa.model.dialect.HapiFhirPostgresDialect;
import ca.uhn.fhir.jpa.provider.DaoRegistryResourceSupportedSvc;
import ca.uhn.fhir.jpa.provider.IJpaSystemProvider;
import ca.uhn.fhir.jpa.provider.JpaCapabilityStatementProvider;
import ca.uhn.fhir.jpa.provider.ValueSetOperationProvider;
import ca.uhn.fhir.jpa.search.DatabaseBackedPagingProvider;
import ca.uhn.fhir.jpa.search.IStaleSearchDeletingSvc;
import ca.uhn.fhir.jpa.search.StaleSearchDeletingSvcImpl;
import ca.uhn.fhir.jpa.subscription.channel.config.SubscriptionChannelConfig;
import ca.uhn.fhir.jpa.util.ResourceCountCache;
import ca.uhn.fhir.rest.api.EncodingEnum;
import ca.uhn.fhir.rest.api.IResourceSupportedSvc;
import ca.uhn.fhir.rest.server.HardcodedServerAddressStrategy;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.provider.ResourceProviderFactory;
import ca.uhn.fhir.rest.server.util.ISearchParamRegistry;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import jakarta.persistence.EntityManagerFactory;
import java.util.Properties;
import javax.sql.DataSource;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;

/**
 * HAPI's parts put together: a database below, the FHIR servlet on top. The context does not start without any one of the five
 * imports, also where nothing here uses subscriptions or batch jobs.
 */
@Configuration
@Import({
    JpaR4Config.class,
    JpaBatch2Config.class,
    Batch2JobsConfig.class,
    SubscriptionChannelConfig.class,
    ThreadPoolFactoryConfig.class
})
public class Wiring {

    @Bean
    DataSource dataSource(Settings settings) {
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(settings.jdbcUrl());
        pool.setUsername(settings.user());
        pool.setPassword(settings.password());
        pool.setMaximumPoolSize(20);
        return new HikariDataSource(pool);
    }

    @Bean
    LocalContainerEntityManagerFactoryBean entityManagerFactory(
            ConfigurableListableBeanFactory beans,
            FhirContext fhir,
            JpaStorageSettings storage,
            DataSource dataSource,
            Settings settings) {
        var factory = HapiEntityManagerFactoryUtil.newEntityManagerFactory(beans, fhir, storage);
        factory.setPersistenceUnitName("hapi");
        factory.setDataSource(dataSource);
        Properties hibernate = new Properties();
        Class<?> dialect = settings.isPostgres() ? HapiFhirPostgresDialect.class : HapiFhirH2Dialect.class;
        hibernate.put("hibernate.dialect", dialect.getName());
        hibernate.put("hibernate.hbm2ddl.auto", "update");
        hibernate.put("hibernate.search.enabled", "false");
        hibernate.put("hibernate.cache.use_query_cache", "false");
        hibernate.put("hibernate.cache.use_second_level_cache", "false");
        hibernate.put("hibernate.jdbc.batch_size", "20");
        factory.setJpaProperties(hibernate);
        return factory;
    }

    @Bean
    JpaTransactionManager transactionManager(EntityManagerFactory entities) {
        return new JpaTransactionManager(entities);
    }

    @Bean
    JpaStorageSettings storageSettings(FhirContext fhir, Settings settings) {
        // A Provenance names the version it speaks of; HAPI drops /_history/N from every reference unless told otherwise.
        fhir.getParserOptions().setDontStripVersionsFromReferencesAtPaths("Provenance.target");
        JpaStorageSettings storage = new JpaStorageSettings();
        storage.setReuseCachedSearchResultsForMillis(settings.reuseMillis() > 0 ? settings.reuseMillis() : null);
        return storage;
    }

    @Bean
    PartitionSettings partitionSettings() {
        return new PartitionSettings();
    }

    @Bean
    SubscriptionSettings subscriptionSettings() {
        return new SubscriptionSettings();
    }

    @Bean
    IBinaryStorageSvc binaryStorage() {
        return new MemoryBinaryStorageSvcImpl();
    }

    @Bean
    IStaleSearchDeletingSvc staleSearchDeletion() {
        return new StaleSearchDeletingSvcImpl();
    }

    @Bean
    IResourceSupportedSvc supportedResources(IDaoRegistry daos) {
        return new DaoRegistryResourceSupportedSvc(daos);
    }

    /** The name is HAPI's: under any other, /metadata answers 500. */
    @Bean("myResourceCountsCache")
    ResourceCountCache resourceCounts(IFhirSystemDao<?, ?> system) {
        return ResourceCountCacheUtil.newResourceCountCache(system);
    }

    @Bean
    DatabaseBackedPagingProvider pages(Settings settings) {
        DatabaseBackedPagingProvider pages = new DatabaseBackedPagingProvider();
        pages.setDefaultPageSize(settings.pageSize());
        pages.setMaximumPageSize(Settings.MAXIMUM_PAGE_SIZE);
        return pages;
    }

    @Bean
    RestfulServer fhirServlet(
            IFhirSystemDao<?, ?> system,
            ResourceProviderFactory resources,
            IJpaSystemProvider transactions,
            ValueSetOperationProvider valueSets,
            BulkDataExportProvider bulkExport,
            DatabaseBackedPagingProvider pages,
            Settings settings) {
        RestfulServer server = new RestfulServer(system.getContext());
        server.registerProviders(resources.createProviders());
        server.registerProviders(transactions, valueSets, bulkExport);
        server.setPagingProvider(pages);
        server.setDefaultResponseEncoding(EncodingEnum.JSON);
        if (!settings.baseUrl().isEmpty()) {
            server.setServerAddressStrategy(new HardcodedServerAddressStrategy(settings.baseUrl()));
        }
        return server;
    }

    /** What /metadata answers with; it needs the servlet, so it is handed over afterwards. */
    @Bean
    JpaCapabilityStatementProvider capability(
            RestfulServer server,
            IFhirSystemDao<?, ?> system,
            JpaStorageSettings storage,
            ISearchParamRegistry parameters,
            IValidationSupport validation) {
        var provider = new JpaCapabilityStatementProvider(server, system, storage, parameters, validation);
        provider.setImplementationDescription("HAPI FHIR R4, plain, for development and tests: no access control");
        server.setServerConformanceProvider(provider);
        return provider;
    }
}
